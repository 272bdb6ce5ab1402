"""What a store must be able to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from kgrec.graph.result import QueryResult


class Store(Protocol):
    """A place that holds a copy of a graph and answers queries about it.

    Nodes carry the label of their kind (``User``, ``Item``, ``Entity``) and of their type, and the
    properties ``key``, ``id``, ``label``, ``kind``, ``type``; a relationship has the name of its
    relation.
    """

    def write(self, nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
        """Fill the store with the two tables of a graph (see :mod:`kgrec.graph.schema`)."""

    def query(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
    ) -> QueryResult:
        """Answer a query that reads.

        :param timeout: seconds
        :param row_limit: rows beyond it are cut, and the result says so
        :raises GraphError: if the query would write, is not valid, or takes too long
        """

    def close(self) -> None:
        """Let go of memory, files and connections."""
