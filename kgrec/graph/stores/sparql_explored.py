"""What every store of RDF answers by asking itself in SPARQL."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

import polars as pl

from kgrec.graph.rdf.iris import key_of
from kgrec.graph.rdf.names import Names
from kgrec.graph.stores.base import Counts, Store, Walk
from kgrec.graph.stores.sparql_explore import Explorer


class Explored(Store, Protocol):
    """Neighbours, paths and counts of a store that can be asked for triples."""

    _names: Names | None = None

    @abstractmethod
    def _header(self) -> dict[str, Any]:
        """The header of the graph that is held."""

    @abstractmethod
    def _select(
        self, variables: str, pattern: str, more: str = ""
    ) -> Sequence[Sequence[str | None]]:
        """As :class:`~kgrec.graph.rdf.select.Select` says."""

    def neighbours(self, key: str, limit: int | None = None) -> pl.DataFrame:
        """The nodes around a node; see :class:`~kgrec.graph.stores.base.Store`."""
        return self._explorer().neighbours(key, limit)

    def paths(self, start: str, end: str, *, max_hops: int = 3, limit: int = 100) -> list[Walk]:
        """Ways between two nodes; see :class:`~kgrec.graph.stores.base.Store`."""
        return self._explorer().paths(start, end, max_hops, limit)

    def count(self) -> Counts:
        """Count nodes and edges; see :class:`~kgrec.graph.stores.base.Store`."""
        return self._explorer().count()

    def key_of(self, iri: str) -> str | None:
        """The key of the node with this IRI; ``None`` if it is no node of the graph."""
        return key_of(iri, self._select)

    def _explorer(self) -> Explorer:
        if self._names is None:
            self._names = Names.of(self._header())
        return Explorer(self._select, self._names)
