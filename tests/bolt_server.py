"""A real Bolt server for the tests: ArcadeDB from PyPI, or a Neo4j that the environment names."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import neo4j
import pytest

from kgrec.errors import MissingExtraError
from kgrec.testing.bolt import BoltServer


@dataclass(frozen=True)
class Bolt:
    """An empty database that a test may fill.

    :ivar make: makes an empty database and returns its name
    :ivar is_neo4j: whether this is a real Neo4j, and not ArcadeDB
    :ivar kill: ends the server at once, as ``kill -9`` does; only for servers of one's own
    """

    uri: str
    auth: tuple[str, str] = field(repr=False)
    database: str
    make: Callable[[], str]
    is_neo4j: bool = False
    kill: Callable[[], None] = lambda: None

    @property
    def port(self) -> int:
        return int(self.uri.rpartition(":")[2])

    def fresh(self) -> Bolt:
        """Another empty database; on a real Neo4j the same one, emptied."""
        return replace(self, database=self.make())

    def run(self, query: str, **parameters: object) -> list[list[object]]:
        """Ask with the bare driver."""
        with (
            neo4j.GraphDatabase.driver(self.uri, auth=self.auth) as driver,
            driver.session(database=self.database) as session,
        ):
            return [record.values() for record in session.run(query, parameters)]


@contextlib.contextmanager
def bolt_server(folder: Path) -> Iterator[Bolt]:
    """Start ArcadeDB with its files in ``folder``; it ends with the block."""
    try:
        server = BoltServer(folder)
    except MissingExtraError as error:
        pytest.skip(f"no Bolt server: {error} Or set KGREC_TEST_NEO4J_URI.")
    with server:
        yield Bolt(server.uri, server.auth, server.database, server.make_database, kill=server.kill)


def configured_neo4j() -> Bolt | None:
    """The Neo4j that ``KGREC_TEST_NEO4J_URI`` names. Everything in its database is deleted!"""
    uri = os.environ.get("KGREC_TEST_NEO4J_URI")
    if not uri:
        return None
    user = os.environ.get("KGREC_TEST_NEO4J_USER", "neo4j")
    password = os.environ.get("KGREC_TEST_NEO4J_PASSWORD", "")
    database = os.environ.get("KGREC_TEST_NEO4J_DATABASE", "neo4j")

    def empty() -> str:
        server.run("MATCH (n) DETACH DELETE n")
        return database

    server = Bolt(uri, (user, password), database, empty, is_neo4j=True)
    return server
