"""A connection to Neo4j: streamed reads, transactions with retry, errors in plain words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self, TypeVar

import neo4j
import neo4j.exceptions

from kgrec.graph.stores.in_time import in_time
from kgrec.graph.stores.neo4j_credentials import Auth, check_uri, find_credentials, find_database
from kgrec.graph.stores.neo4j_errors import Place, translated

_T = TypeVar("_T")
RETRY_SECONDS = 5.0
_AGENT = "kgrec"
_GRACE = 1.0  # seconds that the server has to say itself that a query takes too long


class Connection:
    """One server and one database of it.

    :ivar place: what to call it in messages
    """

    def __init__(
        self,
        uri: str,
        auth: Auth = None,
        database: str | None = None,
        *,
        retry_seconds: float = RETRY_SECONDS,
        connect_seconds: float = 10.0,
    ) -> None:
        """Connect, and make sure that the server answers.

        :param uri: for instance ``bolt://localhost:7687`` or ``neo4j+s://example.org``
        :param auth: user and password; or a file with the lines ``NEO4J_USERNAME=…`` and
            ``NEO4J_PASSWORD=…`` that nobody else can read; by default the environment variables of
            these names (or ``KGREC_NEO4J_USER``, ``KGREC_NEO4J_PASSWORD``), or the file that
            ``KGREC_NEO4J_CREDENTIALS`` names
        :param database: by default ``KGREC_NEO4J_DATABASE`` or ``NEO4J_DATABASE`` of the
            environment, else the server's own default
        :param retry_seconds: for so long a transaction that failed in passing is tried again; the
            last wait may be as long once more, so that of a server that is gone one hears after
            about 7 seconds
        :param connect_seconds: for so long the server may take to answer
        :raises StoreError: if it cannot be reached, or refuses user, password or database
        """
        self.place = Place(check_uri(uri), find_database(database))
        with translated(self.place):
            self._driver = neo4j.GraphDatabase.driver(
                uri,
                auth=find_credentials(auth),
                user_agent=_AGENT,
                connection_timeout=connect_seconds,
                max_transaction_retry_time=retry_seconds,
                notifications_min_severity="OFF",
            )
        try:
            next(self.read("RETURN 1 AS one"), None)  # rows() would try again and again
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"Connection({str(self.place)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the sockets."""
        self._driver.close()

    def read(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        batch: int = 10_000,
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Stream the rows of a query; what it writes, if it does, is undone.

        :param timeout: seconds after which the server gives up
        :param batch: rows in a list, and how many the server sends ahead
        :return: lists of rows, each a tuple of the driver's values
        :raises StoreError: if the server cannot be reached, or goes away on the way
        :raises GraphError: if the query is not valid, would write, or takes too long
        """
        with self._transaction("READ", timeout, batch) as transaction:
            result = transaction.run(query, dict(parameters or {}))
            while rows := result.fetch(batch):
                yield [tuple(row.values()) for row in rows]

    def rows(
        self, query: str, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """All rows of a query that only reads and has a short answer; tried again if need be."""

        def work(transaction: neo4j.ManagedTransaction) -> list[tuple[Any, ...]]:
            return [tuple(row.values()) for row in transaction.run(query, dict(parameters or {}))]

        with translated(self.place), self._session("READ") as session:
            return session.execute_read(work)

    def write(self, work: Callable[[neo4j.ManagedTransaction], _T]) -> _T:
        """Do some work in one transaction, and again from its begin if it fails in passing."""
        with translated(self.place), self._session("WRITE") as session:
            return session.execute_write(work)

    def run(self, statement: str) -> None:
        """Run one statement on the schema, in a transaction of its own."""
        with translated(self.place), self._session("WRITE") as session:
            session.run(statement).consume()

    def answer(
        self,
        query: str,
        parameters: Mapping[str, Any],
        *,
        timeout: float,
        row_limit: int,
        write: bool,
    ) -> tuple[list[str], list[list[Any]], bool]:
        """Answer a query of a user's; what it writes is undone, unless it may write.

        :return: columns, rows of the driver's values, and whether there are more of them
        """

        def work(late: threading.Event) -> tuple[list[str], list[list[Any]], bool]:
            with self._transaction("WRITE" if write else "READ", timeout) as transaction:
                result = transaction.run(query, dict(parameters))
                columns = list(result.keys())
                rows = [row.values() for row in result.fetch(row_limit)]
                more = result.peek() is not None
                if write and not late.is_set():
                    transaction.commit()
                return columns, rows, more

        return in_time(work, timeout, grace=_GRACE)

    @contextmanager
    def _transaction(
        self, mode: str, timeout: float | None, fetch_size: int = 1_000
    ) -> Iterator[neo4j.Transaction]:
        """A transaction that only ``commit()`` keeps.

        The driver's own ``with`` commits at its end, and not every server minds that a transaction
        is there to read.
        """
        with translated(self.place, timeout), self._session(mode, fetch_size) as session:
            transaction = session.begin_transaction(timeout=timeout)
            try:
                yield transaction
            finally:
                transaction.close()  # rolls back

    def _session(self, mode: str, fetch_size: int = 1_000) -> neo4j.Session:
        return self._driver.session(
            database=self.place.database, default_access_mode=mode, fetch_size=fetch_size
        )
