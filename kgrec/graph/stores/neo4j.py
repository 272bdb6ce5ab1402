"""The Neo4j store: a graph in a database of Neo4j, or of anything else that speaks Bolt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.errors import GraphError, StoreError
from kgrec.graph.content import Change, Content
from kgrec.graph.cypher import forbidden_clause
from kgrec.graph.parameters import check_request, cypher_parameters
from kgrec.graph.result import QueryResult
from kgrec.graph.stores import cypher_walks, neo4j_write
from kgrec.graph.stores.base import Counts, Store, Walk
from kgrec.graph.stores.neo4j_batches import merge_plan, write_plan
from kgrec.graph.stores.neo4j_connection import RETRY_SECONDS, Connection
from kgrec.graph.stores.neo4j_credentials import Auth
from kgrec.graph.stores.neo4j_model import SCOPE
from kgrec.graph.stores.neo4j_read import finished_state, read_content
from kgrec.graph.stores.neo4j_stale import stale_batches
from kgrec.graph.stores.neo4j_values import lone_ends, plain

BATCH_SIZE = 10_000
_NO_LIMIT = 1 << 40
_WALK_SECONDS = 60.0
_ESCAPE = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|.)", re.DOTALL)


class Neo4jStore(Store):
    """One graph in one database of a Neo4j server, among whatever else is there.

    Its nodes carry the label ``KgrecNode`` beside those of their kind and type, its relationships
    the property ``kgrec``; nothing without them is read, changed or removed.

    :param uri: for instance ``bolt://localhost:7687`` or ``neo4j+s://example.org``
    :param auth: user and password, or a file of credentials; by default what the environment says:
        see :class:`~kgrec.graph.stores.neo4j_connection.Connection`
    :param database: by default what the environment says, else the server's default
    :param batch_size: rows in a transaction, fewer where texts are long
    :param retry_seconds: for so long a transaction that failed in passing is tried again; of a
        server that is gone one hears after that, and at the latest twice as long
    :raises StoreError: if the server cannot be reached, or refuses user, password or database
    """

    def __init__(
        self,
        uri: str,
        *,
        auth: Auth = None,
        database: str | None = None,
        batch_size: int = BATCH_SIZE,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._batch_size = batch_size
        self._connection = Connection(uri, auth, database, retry_seconds=retry_seconds)

    def __repr__(self) -> str:
        return f"Neo4jStore({str(self._connection.place)!r})"

    def write(self, content: Content, *, progress: Progress | None = None) -> None:
        """Make the database hold this graph; see :class:`~kgrec.graph.stores.base.Store`.

        A write that was cut off goes on where it stopped when it is called again. Other graphs of
        kgrec's in the database are replaced; two writers of one graph do not disturb each other.
        """
        plan = write_plan(content, self._batch_size)
        neo4j_write.prepare(self._connection)
        if neo4j_write.carry_out(self._connection, plan, progress or Progress()):
            stale = stale_batches(self._connection, content, self._batch_size)
            neo4j_write.clear(self._connection, stale)
        neo4j_write.finish(self._connection, plan, content.header)

    def merge(
        self, change: Change, header: Mapping[str, Any], *, progress: Progress | None = None
    ) -> None:
        """Go on to the next version; see :class:`~kgrec.graph.stores.base.Store`.

        A merge that was cut off goes on where it stopped when it is called again.
        """
        plan = merge_plan(change, header, self._batch_size)
        state = neo4j_write.read_state(self._connection)
        if state is not None and state.digest == plan.digest and state.writing is None:
            return
        if state is None or state.writing != plan.digest:
            state = finished_state(self._connection)
        held = {"identity": state.identity, "version": state.version}
        if not change.follows(held, header):
            raise StoreError(
                f"{self._connection.place}: the database holds version {state.version} of a graph, "
                f"from which this change to version {change.version} does not lead on; write the "
                "whole graph."
            )
        neo4j_write.carry_out(self._connection, plan, progress or Progress())
        neo4j_write.finish(self._connection, plan, header)

    def held(self) -> tuple[str, int] | None:
        """Identity and version of the graph; see :class:`~kgrec.graph.stores.base.Store`."""
        state = neo4j_write.read_state(self._connection)
        if state is None or state.header is None or state.writing is not None:
            return None
        return state.identity or "", state.version

    def read(self, *, progress: Progress | None = None) -> Content:
        """Take the whole graph out again; see :class:`~kgrec.graph.stores.base.Store`."""
        return read_content(self._connection, progress or Progress())

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

        Dates and times come back as ISO 8601 strings. The query sees all of the database; what it
        changes is undone, unless it may write.
        """
        given = cypher_parameters(check_request(query, parameters, timeout, row_limit))
        clause = None if write else _forbidden(query)
        if clause is not None:
            raise GraphError(f"The query may only read, and {clause} does not; leave it out.")
        columns, rows, truncated = self._connection.answer(
            query, given, timeout=timeout, row_limit=row_limit, write=write
        )
        keys = self._keys({end for row in rows for end in lone_ends(row)})
        return QueryResult(columns, [plain(row, keys) for row in rows], truncated)

    def neighbours(self, key: str, limit: int | None = None) -> pl.DataFrame:
        """The nodes around a node; see :class:`~kgrec.graph.stores.base.Store`."""
        return cypher_walks.neighbours(self._ask, key, limit, SCOPE)

    def paths(self, start: str, end: str, *, max_hops: int = 3, limit: int = 100) -> list[Walk]:
        """Ways between two nodes; see :class:`~kgrec.graph.stores.base.Store`."""
        return cypher_walks.paths(
            self._ask, start, end, max_hops=max_hops, limit=limit, scope=SCOPE
        )

    def count(self) -> Counts:
        """Count nodes by type and edges by relation."""
        return cypher_walks.count(self._ask, SCOPE)

    def close(self) -> None:
        """Let go of the sockets."""
        self._connection.close()

    def _ask(self, query: str, parameters: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        return self._connection.answer(
            query, parameters, timeout=_WALK_SECONDS, row_limit=_NO_LIMIT, write=False
        )[1]

    def _keys(self, ends: set[str]) -> dict[str, str]:
        """Keys of nodes by element id; of those that have one."""
        query = "MATCH (n) WHERE elementId(n) IN $ends RETURN elementId(n), n.key"
        wanted = sorted(ends)
        found: dict[str, Any] = {}
        for begin in range(0, len(wanted), BATCH_SIZE):
            part = wanted[begin : begin + BATCH_SIZE]
            found.update(map(tuple, self._connection.rows(query, {"ends": part})))
        return {element: str(key) for element, key in found.items() if key is not None}


def _forbidden(query: str) -> str | None:
    """Neo4j reads ``\\u0041`` as ``A`` anywhere in a query, before it looks for words."""
    read = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], query)
    return forbidden_clause(query) or forbidden_clause(read)
