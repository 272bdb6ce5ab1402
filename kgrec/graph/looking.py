"""Looking up nodes, their names and what is around them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import polars as pl

from kgrec.errors import UnknownIdError
from kgrec.graph.labels import is_named
from kgrec.graph.neighbours import neighbours
from kgrec.graph.statistics import statistics
from kgrec.graph.view.adjacency import Adjacency
from kgrec.vocabulary import Vocabulary


class Looking:
    """The part of a :class:`~kgrec.graph.KnowledgeGraph` in which nodes are looked up."""

    nodes: pl.DataFrame
    edges: pl.DataFrame
    vocabulary: Vocabulary

    def label(self, key: str) -> str:
        """The name of a node; its id where it has none.

        :param key: for instance ``"item:42"``
        :raises UnknownIdError: if there is no such node
        """
        return str(self.node(key)["label"])

    def has_name(self, key: str) -> bool:
        """Whether the label of a node is a name that a person can read, and not just an opaque id.

        :raises UnknownIdError: if there is no such node
        """
        return bool(self._named[self.row(key)])

    def node(self, key: str) -> dict[str, Any]:
        """All columns of one node.

        :raises UnknownIdError: if there is no such node
        """
        return self.nodes.row(self.row(key), named=True)

    def row(self, key: str) -> int:
        """Where a node stands in :attr:`nodes`, from 0.

        :raises UnknownIdError: if there is no such node
        """
        try:
            return self._rows[key]
        except KeyError:
            raise UnknownIdError(
                f"there is no node '{key}' in the graph; a key looks like 'item:42'."
            ) from None

    def has_node(self, key: str) -> bool:
        """Whether there is a node of this key."""
        return key in self._rows

    def neighbours(self, key: str, limit: int | None = None) -> pl.DataFrame:
        """The nodes around a node.

        :param key: for instance ``"item:42"``
        :param limit: at most so many for each relation and direction
        :return: ``relation, direction, neighbour, label, type``, where direction is ``"out"`` if
            the node is the head and ``"in"`` if it is the tail; facts first, interactions last
        :raises UnknownIdError: if there is no such node
        """
        self.row(key)
        return neighbours(self.nodes, self.edges, key, limit)

    def statistics(self) -> dict[str, Any]:
        """Nodes by type, edges by relation, degrees and density; can be written as JSON."""
        return statistics(self.nodes, self.edges, self.vocabulary)

    @cached_property
    def incidence(self) -> Adjacency:
        """The edges of each node in both directions, for walks; made when it is first asked for."""
        return Adjacency(self.nodes, self.edges)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.nodes["key"])}

    @cached_property
    def _named(self) -> pl.Series:
        return self.nodes.select(is_named().alias("named"))["named"]
