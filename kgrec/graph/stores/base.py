"""What a store must be able to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self

import polars as pl

from kgrec.callbacks import Progress
from kgrec.graph.content import Change, Content
from kgrec.graph.result import QueryResult


class Walk(NamedTuple):
    """A way through the graph that visits no node twice.

    :ivar nodes: keys, from the start to the end
    :ivar relations: for each hop the name of the relation, and whether it walks from head to tail
    """

    nodes: tuple[str, ...]
    relations: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Counts:
    """How much a store holds of a graph.

    :ivar nodes: number of nodes by type
    :ivar edges: number of edges by relation
    """

    nodes: dict[str, int]
    edges: dict[str, int]


class Store(Protocol):
    """A place that holds a copy of a graph and answers queries about it.

    In a property graph, nodes carry the label of their kind (``User``, ``Item``, ``Entity``) and of
    their type, and the properties ``key``, ``id``, ``label``, ``kind``, ``type``; a relationship
    has the name of its relation. What is in the store and is not kgrec's is never touched.
    """

    def write(self, content: Content, *, progress: Progress | None = None) -> None:
        """Make the store hold this graph; writing it twice changes nothing.

        :raises StoreError: if the store cannot be reached, refuses, or goes away on the way
        """

    def merge(
        self, change: Change, header: Mapping[str, Any], *, progress: Progress | None = None
    ) -> None:
        """Bring the store from one version of its graph to the next.

        :param header: the header of the graph afterwards
        :raises StoreError: if the store holds another graph, or another version of it
        """

    def held(self) -> tuple[str, int] | None:
        """Identity and version of the graph that is in the store as a whole; ``None`` if none is.

        :raises StoreError: if the store cannot be reached
        """

    def read(self, *, progress: Progress | None = None) -> Content:
        """Take the whole graph out of the store again; nothing of it is lost.

        :raises StoreError: if there is no graph of kgrec's in the store
        """

    def query(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
        write: bool = False,
    ) -> QueryResult:
        """Answer a query in the language of the store (Cypher or SPARQL).

        :param parameters: values for the parameters in the query
        :param timeout: seconds
        :param row_limit: rows beyond it are cut, and the result says so
        :param write: whether the query may write
        :raises GraphError: if the query would write and may not, is not valid, or takes too long
        """

    def neighbours(self, key: str, limit: int | None = None) -> pl.DataFrame:
        """The nodes around a node.

        :param limit: at most so many for each relation and direction, the first by key
        :return: ``relation, direction`` (``"out"`` if the node is the head, else ``"in"``),
            ``neighbour, label, type``; sorted, but interactions last
        :raises UnknownIdError: if there is no such node
        """

    def paths(self, start: str, end: str, *, max_hops: int = 3, limit: int = 100) -> list[Walk]:
        """Ways from one node to another, in any direction, the shortest first, then by name.

        :param start: a key
        :param end: another key
        :param max_hops: 1 to 4
        :param limit: at most so many
        :raises UnknownIdError: if there is no such node
        """

    def count(self) -> Counts:
        """Count nodes and edges."""

    def close(self) -> None:
        """Let go of memory, files and connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
