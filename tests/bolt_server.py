"""A real Bolt server for the tests: ArcadeDB from PyPI, or a Neo4j that the environment names."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

import neo4j
import pytest

_START_SECONDS = 60.0


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def bolt_server(folder: Path) -> Iterator[Bolt]:
    """Start ArcadeDB with its files in ``folder``; it ends with the block."""
    home = _arcadedb()
    bolt_port, http_port, password = free_port(), free_port(), secrets.token_urlsafe(12)
    settings = {
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "server.rootPath": str(folder),
        "server.rootPassword": password,
        "server.defaultDatabases": "kg[root]",
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": str(http_port),
        "bolt.host": "127.0.0.1",
        "bolt.port": str(bolt_port),
    }
    command = [str(home / "jre/bin/java"), "-Xmx512m", "-cp", str(home / "jars/*")]
    command += [f"-Darcadedb.{name}={value}" for name, value in settings.items()]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [*command, "com.arcadedb.server.ArcadeDBServer"],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    auth = ("root", password)

    def make() -> str:
        name = f"t{secrets.token_hex(6)}"
        _http(http_port, auth, f"create database {name}")
        return name

    def kill() -> None:
        process.kill()
        process.wait()

    server = Bolt(f"bolt://127.0.0.1:{bolt_port}", auth, "kg", make, kill=kill)
    try:
        _wait(server, process, folder / "output.txt")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            kill()


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


def _arcadedb() -> Path:
    """The folder of the package, which is not imported: that would start Java in this process."""
    spec = find_spec("arcadedb_embedded")
    home = Path(spec.origin).parent if spec and spec.origin else None
    if home is None or not (home / "jre/bin/java").is_file():
        pytest.skip(
            "no Bolt server: run pip install arcadedb-embedded, or set KGREC_TEST_NEO4J_URI"
        )
    return home


def _http(port: int, auth: tuple[str, str], command: str) -> None:
    token = base64.b64encode(":".join(auth).encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/server",
        data=json.dumps({"command": command}).encode(),
        headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def _wait(server: Bolt, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.run("RETURN 1")
            return
        except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                tail = output.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"the Bolt server did not start:\n{tail}") from error
            time.sleep(0.1)
