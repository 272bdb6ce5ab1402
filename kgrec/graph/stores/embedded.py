"""The embedded store: kglite, in this process, in memory; a view of the tables and never a record.

kglite is written in Rust and answers Neo4j's dialect of Cypher. Nothing of it leaves the modules
``embedded`` and ``embedded_load``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import kglite
import polars as pl

from kgrec.callbacks import Progress
from kgrec.errors import GraphError, StoreError
from kgrec.graph.content import Change, Content, identity_and_version
from kgrec.graph.cypher import forbidden_clause
from kgrec.graph.parameters import check_request, cypher_parameters
from kgrec.graph.result import QueryResult
from kgrec.graph.stores import cypher_walks
from kgrec.graph.stores.base import Counts, Store, Walk
from kgrec.graph.stores.embedded_load import View, follow, load
from kgrec.graph.stores.in_time import too_slow
from kgrec.graph.stores.values import Reader
from kgrec.graph.versions.change import apply_change


class EmbeddedStore(Store):
    """A kglite graph that can be queried, filled by :meth:`write`.

    It holds the tables that it was given by reference, and :meth:`read` returns them: what kglite
    keeps is a view for queries, and is lost with the process.

    :param work_limit: rows that a query may hold on its way; a million take half a gigabyte
    """

    def __init__(self, *, work_limit: int = 5_000_000) -> None:
        self._work_limit = work_limit
        self._content: Content | None = None
        self._view: View | None = None
        self._frozen: Any = None
        self._reader = Reader([])

    def write(self, content: Content, *, progress: Progress | None = None) -> None:
        """Hold this graph and no other; see :class:`~kgrec.graph.stores.base.Store`."""
        self._show(load(content, progress or Progress()), content)

    def merge(
        self, change: Change, header: Mapping[str, Any], *, progress: Progress | None = None
    ) -> None:
        """Go on to the next version; see :class:`~kgrec.graph.stores.base.Store`."""
        content = self._record()
        if not change.follows(content.header, header):
            raise StoreError(
                f"The embedded store holds version {content.header.get('version', 0)} of a graph, "
                f"from which this change to version {change.version} does not lead on; write the "
                "whole graph."
            )
        nodes, edges = apply_change(content.nodes, content.edges, change)
        after = Content(nodes, edges, header)
        if self._view is not None:
            self._show(follow(self._view, content, change), after)
        else:
            self.write(after, progress=progress)

    def successor(self, change: Change, header: Mapping[str, Any]) -> EmbeddedStore:
        """A store of the next version, made from this one, which goes on answering as it is.

        kglite copies on write: what this store has frozen does not move. Only the first successor
        takes over the live graph; a second one loads its tables afresh.
        """
        heir = EmbeddedStore(work_limit=self._work_limit)
        heir._content, heir._view, self._view = self._content, self._view, None
        heir.merge(change, header)
        return heir

    def held(self) -> tuple[str, int] | None:
        """Identity and version of the graph; see :class:`~kgrec.graph.stores.base.Store`."""
        return None if self._content is None else identity_and_version(self._content.header)

    def read(self, *, progress: Progress | None = None) -> Content:  # noqa: ARG002
        """The tables that this store is a view of."""
        return self._record()

    def query(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
        write: bool = False,
    ) -> QueryResult:
        """Answer a Cypher query; see :class:`~kgrec.graph.stores.base.Store`.

        :param write: must stay false, for a view of tables cannot be written to
        """
        if write:
            raise GraphError(
                "The embedded store is a view of the graph and cannot be written to by a query; "
                "change the graph with graph.update(…)."
            )
        given = cypher_parameters(check_request(query, parameters, timeout, row_limit))
        clause = forbidden_clause(query)
        if clause is not None:
            raise GraphError(f"The query may only read, and {clause} does not; leave it out.")
        self._record()
        with _quiet(), _translated(timeout, self._work_limit):
            answer = self._frozen.cypher(
                query,
                params=given,
                timeout_ms=max(1, int(timeout * 1000)),
                row_limit=row_limit,
                max_work_units=self._work_limit,
            )
            columns = list(answer.columns)
            rows = [[self._reader.plain(row[name]) for name in columns] for row in answer]
        total = (answer.diagnostics or {}).get("total_rows") or len(rows)
        return QueryResult(columns, rows, truncated=total > len(rows))

    def neighbours(self, key: str, limit: int | None = None) -> pl.DataFrame:
        """The nodes around a node; see :class:`~kgrec.graph.stores.base.Store`."""
        return cypher_walks.neighbours(self._ask, key, limit)

    def paths(self, start: str, end: str, *, max_hops: int = 3, limit: int = 100) -> list[Walk]:
        """Ways between two nodes; see :class:`~kgrec.graph.stores.base.Store`."""
        return cypher_walks.paths(self._ask, start, end, max_hops=max_hops, limit=limit)

    def count(self) -> Counts:
        """Nodes by type and edges by relation."""
        return cypher_walks.count(self._ask)

    def close(self) -> None:
        """Let go of the graph's memory."""
        self._content = self._view = self._frozen = None

    def _ask(self, query: str, parameters: Mapping[str, Any]) -> list[list[Any]]:
        return self.query(query, parameters).rows

    def _record(self) -> Content:
        if self._content is None:
            raise StoreError("The embedded store is empty or closed; write a graph to it first.")
        return self._content

    def _show(self, view: View, content: Content) -> None:
        self._view, self._content = view, content
        # A frozen graph has no method that writes, and many threads may read it at once.
        self._frozen = view.graph.freeze()
        self._reader = Reader(view.keys)


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
        raise too_slow(timeout) from error
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
