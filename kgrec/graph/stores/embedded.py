"""The embedded store: kglite, in this process, in memory; a view of the tables and never a record.

kglite is written in Rust and answers Neo4j's dialect of Cypher. Nothing of it leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import kglite
import polars as pl

from kgrec.errors import GraphError
from kgrec.graph.cypher import forbidden_clause
from kgrec.graph.result import QueryResult
from kgrec.graph.stores.frames import edge_frames, node_frame
from kgrec.graph.stores.values import Reader

_KINDS = ("user", "item", "entity")


class EmbeddedStore:
    """A read-only kglite graph, filled once by :meth:`write`."""

    def __init__(self, *, work_limit: int = 5_000_000) -> None:
        """Make an empty store.

        :param work_limit: rows that a query may hold on its way; a million take half a gigabyte
        """
        self._work_limit = work_limit
        self._graph: Any = kglite.KnowledgeGraph()
        self._frozen: Any = None
        self._reader = Reader([])

    def write(self, nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
        """Fill the store; see :class:`~kgrec.graph.stores.base.Store`."""
        keys: list[str] = []
        for kind in _KINDS:
            part = nodes.filter(pl.col("kind") == kind)
            self._add_nodes(kind.capitalize(), part)
            keys += part["key"].to_list()
        for frame in edge_frames(edges):
            self._graph.add_relationships(
                frame.data,
                frame.relation,
                frame.head_kind.capitalize(),
                "head",
                frame.tail_kind.capitalize(),
                "tail",
                columns=frame.columns,
            )
        # A frozen graph has no method that writes, and many threads may read it at once.
        self._frozen = self._graph.freeze()
        self._reader = Reader(keys)

    def _add_nodes(self, label: str, nodes: pl.DataFrame) -> None:
        # Without the constraint a second node of one id would silently hide the first.
        self._graph.cypher(f"CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id IS UNIQUE")
        if not nodes.height:
            return
        self._graph.add_nodes(node_frame(nodes), label, "id", "label")
        for (type_name,), part in nodes.group_by("type", maintain_order=True):
            if type_name != label:
                self._graph.add_label(label, part["id"].to_list(), type_name)

    def query(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
    ) -> QueryResult:
        """Answer a Cypher query; see :class:`~kgrec.graph.stores.base.Store`."""
        clause = forbidden_clause(query)
        if clause is not None:
            raise GraphError(f"The query may only read, and {clause} does not; leave it out.")
        if self._frozen is None:
            raise GraphError("The embedded store is empty or closed; write a graph to it first.")
        with _quiet(), _translated(timeout, self._work_limit):
            answer = self._frozen.cypher(
                query,
                params=dict(parameters or {}),
                timeout_ms=max(1, int(timeout * 1000)),
                row_limit=row_limit,
                max_work_units=self._work_limit,
            )
            columns = list(answer.columns)
            rows = [[self._reader.plain(row[name]) for name in columns] for row in answer]
        total = (answer.diagnostics or {}).get("total_rows") or len(rows)
        return QueryResult(columns, rows, truncated=total > len(rows))

    def close(self) -> None:
        """Let go of the graph's memory."""
        self._graph = self._frozen = None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep kglite from printing its hints to stderr."""
    before = kglite.get_query_warning_policy()
    kglite.set_query_warning_policy("silent")
    try:
        yield
    finally:
        kglite.set_query_warning_policy(before)


@contextmanager
def _translated(timeout: float, work_limit: int) -> Iterator[None]:
    """Turn kglite's errors into one sentence."""
    try:
        yield
    except kglite.CypherTimeoutError as error:
        raise GraphError(
            f"The query took longer than {timeout:g} seconds; narrow it or raise the timeout."
        ) from error
    except kglite.ReadOnlyError as error:
        raise GraphError("The query may only read, and this one would write.") from error
    except (kglite.KgError, ValueError, TypeError) as error:
        if "max_work_units" in str(error):
            raise GraphError(
                f"The query holds more than {work_limit:,} rows on its way; let it start from "
                "fewer nodes or take fewer hops."
            ) from error
        raise GraphError(f"The query cannot be answered: {_sentence(error)}") from error


def _sentence(error: Exception) -> str:
    """The first line of a message: what follows in kglite's is the query with a marker."""
    line = str(error).strip().partition("\n")[0].rstrip(" .")
    return f"{line}."
