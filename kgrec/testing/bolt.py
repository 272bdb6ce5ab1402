"""A small server that speaks Bolt, for tests, examples and first steps without a Neo4j.

It is ArcadeDB, which answers Neo4j's dialect of Cypher; the package ``arcadedb-embedded`` brings it
with a Java of its own: ``pip install 'kgrec[test]'``.
"""

from __future__ import annotations

import atexit
import base64
import json
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import neo4j

from kgrec.errors import MissingExtraError, StoreError

_PACKAGE = "arcadedb_embedded"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


class BoltServer:
    """A running server on free ports of 127.0.0.1, with an empty database and a new password.

    It ends with :meth:`close`, with the ``with`` block, or with this process.

    :ivar uri: ``bolt://127.0.0.1:…``
    :ivar auth: user and password
    :ivar database: the name of the database that is there from the start
    :raises MissingExtraError: if ``arcadedb-embedded`` is not installed
    :raises StoreError: if the server does not start
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        """Start it.

        :param folder: where it keeps its files; by default in a temporary folder
        """
        home = server_home()
        self._temporary = tempfile.mkdtemp(prefix="kgrec-bolt-") if folder is None else None
        self.folder = Path(self._temporary or folder or "")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.auth = ("root", secrets.token_urlsafe(12))
        self.database = "kg"
        self._http = free_port()
        port = free_port()
        self.uri = f"bolt://127.0.0.1:{port}"
        self._process = self._start(home, port)
        atexit.register(self.close)
        self._wait()

    def __enter__(self) -> BoltServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"BoltServer({self.uri!r})"

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which kgrec and Neo4j's tools look for an address and its secrets."""
        user, password = self.auth
        return {
            "NEO4J_URI": self.uri,
            "NEO4J_USERNAME": user,
            "NEO4J_PASSWORD": password,
            "NEO4J_DATABASE": self.database,
        }

    def run(
        self, query: str, database: str | None = None, **parameters: object
    ) -> list[list[object]]:
        """Ask with the bare driver; rows of values."""
        with (
            neo4j.GraphDatabase.driver(self.uri, auth=self.auth) as driver,
            driver.session(database=database or self.database) as session,
        ):
            return [record.values() for record in session.run(query, parameters)]

    def make_database(self) -> str:
        """Make another empty database and return its name."""
        name = f"t{secrets.token_hex(6)}"
        token = base64.b64encode(":".join(self.auth).encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._http}/api/v1/server",
            data=json.dumps({"command": f"create database {name}"}).encode(),
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
        return name

    def kill(self) -> None:
        """End it at once, as ``kill -9`` does."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Stop it."""
        atexit.unregister(self.close)
        self._process.terminate()
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _start(self, home: Path, port: int) -> subprocess.Popen[bytes]:
        settings = {
            "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "server.rootPath": str(self.folder),
            "server.rootPassword": self.auth[1],
            "server.defaultDatabases": f"{self.database}[root]",
            "server.httpIncomingHost": "127.0.0.1",
            "server.httpIncomingPort": str(self._http),
            "bolt.host": "127.0.0.1",
            "bolt.port": str(port),
        }
        command = [str(home / "jre/bin/java"), "-Xmx512m", "-cp", str(home / "jars/*")]
        command += [f"-Darcadedb.{name}={value}" for name, value in settings.items()]
        with (self.folder / "output.txt").open("wb") as output:
            return subprocess.Popen(
                [*command, "com.arcadedb.server.ArcadeDBServer"],
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.run("RETURN 1")
                return
            except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError) as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = (self.folder / "output.txt").read_text(errors="replace")[-2000:]
                    self.close()
                    raise StoreError(f"The Bolt server did not start; it said:\n{said}") from error
                time.sleep(0.1)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_home() -> Path:
    """The folder of the package, which is not imported: that would start Java in this process.

    :raises MissingExtraError: if it is not installed
    """
    spec = find_spec(_PACKAGE)
    home = Path(spec.origin).parent if spec and spec.origin else None
    if home is None or not (home / "jre/bin/java").is_file():
        raise MissingExtraError("arcadedb-embedded", "test")
    return home
