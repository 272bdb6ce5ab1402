from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import neo4j
import pytest

from kgrec.errors import GraphError, StoreError
from kgrec.graph.stores.neo4j import Neo4jStore
from kgrec.graph.stores.neo4j_connection import Connection
from kgrec.graph.stores.neo4j_credentials import find_credentials, find_database
from kgrec.graph.stores.neo4j_errors import Place, in_plain_words

VARIABLES = [
    *("KGREC_NEO4J_USER", "KGREC_NEO4J_PASSWORD", "KGREC_NEO4J_DATABASE"),
    *("NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE", "KGREC_NEO4J_CREDENTIALS"),
]
SECRET = "Tr0ub4dor&3"
WRITES = [
    "CREATE (n:Sneaked) RETURN 1",
    "INSERT (n:Sneaked) RETURN 1",
    "UNWIND range(1, 50) AS i CREATE (n:Sneaked {i: i}) RETURN n.i",
    "CREATE (n:Sneaked) RETURN nobody(n)",
]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def secrets_file(folder: Path, mode: int = 0o600) -> Path:
    path = folder / "neo4j.txt"
    path.write_text(f"# from Aura\nNEO4J_USERNAME=neo4j\nNEO4J_PASSWORD={SECRET}\n")
    path.chmod(mode)
    return path


def test_credentials_from_argument_environment_and_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_credentials(None) is None
    assert find_credentials(("ann", "pw")) == ("ann", "pw")
    assert find_credentials(secrets_file(tmp_path)) == ("neo4j", SECRET)
    monkeypatch.setenv("KGREC_NEO4J_CREDENTIALS", str(secrets_file(tmp_path)))
    assert find_credentials(None) == ("neo4j", SECRET)
    monkeypatch.setenv("NEO4J_USERNAME", "bob")
    monkeypatch.setenv("NEO4J_PASSWORD", "pw1")
    assert find_credentials(None) == ("bob", "pw1")
    monkeypatch.setenv("KGREC_NEO4J_USER", "cyd")
    monkeypatch.setenv("KGREC_NEO4J_PASSWORD", "pw2")
    assert find_credentials(None) == ("cyd", "pw2")
    monkeypatch.setenv("NEO4J_DATABASE", "films")
    assert (find_database(None), find_database("books")) == ("films", "books")


@pytest.mark.skipif(os.name != "posix", reason="files have such permissions only there")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = secrets_file(tmp_path, mode)
    with pytest.raises(StoreError, match=f"chmod 600 '{path}'") as caught:
        find_credentials(path)
    assert SECRET not in str(caught.value)


def test_a_file_without_both_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = secrets_file(tmp_path)
    path.write_text("NEO4J_PASSWORD=x\n")
    with pytest.raises(StoreError, match="must both be set"):
        find_credentials(path)
    with pytest.raises(StoreError, match="cannot be read"):
        find_credentials(tmp_path / "nothing")
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
    with pytest.raises(StoreError, match="the environment: NEO4J_USERNAME"):
        find_credentials(None)


@pytest.mark.parametrize(
    "uri",
    [
        f"bolt://ann:{SECRET}@localhost:1",
        f"bolt://{SECRET}@localhost",
        f"neo4j://ann:{SECRET}@[bad",
        f"http://ann:{SECRET}@localhost",
    ],
)
def test_an_address_with_a_password_is_refused_and_not_shown(uri: str) -> None:
    with pytest.raises(StoreError, match="holds a user or a password") as caught:
        Neo4jStore(uri)
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in repr(error)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("uri", ["http://localhost:7474", "localhost:7687", "", "bolt:/x"])
def test_what_is_no_address_is_refused(uri: str) -> None:
    with pytest.raises(StoreError, match="not an address of Neo4j"):
        Neo4jStore(uri)


def test_a_server_that_is_down(bolt: Any) -> None:
    for scheme in ("bolt", "neo4j"):
        with pytest.raises(StoreError, match="cannot be reached"):
            Neo4jStore(f"{scheme}://127.0.0.1:1", auth=bolt.auth)


def test_a_wrong_password(bolt: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreError, match="does not accept the user or the password") as caught:
        Neo4jStore(bolt.uri, auth=("root", SECRET), database=bolt.database)
    with pytest.raises(StoreError, match="does not accept the user or the password"):
        Neo4jStore(bolt.uri, database=bolt.database)
    assert SECRET not in str(caught.value) + repr(caught.value.__cause__) + caplog.text


def test_an_unknown_database(bolt: Any) -> None:
    with pytest.raises(StoreError, match=r"database 'nobody': there is no such database"):
        Neo4jStore(bolt.uri, auth=bolt.auth, database="nobody")


def test_nothing_shows_the_password(
    bolt: Any, open_bolt: Callable[..., Neo4jStore], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = open_bolt(bolt)
    store.query("RETURN 1")
    held = repr(store) + repr(vars(store)) + repr(vars(store._connection)) + caplog.text
    assert bolt.uri in repr(store)
    assert bolt.auth[1] not in held


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("Neo.ClientError.Security.Forbidden", StoreError, "may not do this"),
        ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", StoreError, "may not do this"),
        ("Neo.ClientError.Cluster.NotALeader", StoreError, "may not do this"),
        ("Neo.ClientError.Statement.AccessMode", GraphError, "may only read"),
        ("Neo.ClientError.Transaction.TransactionTimedOut", GraphError, "longer than 5 seconds"),
        ("Neo.ClientError.Statement.SyntaxError", GraphError, "cannot be answered: Oh dear"),
        ("Neo.TransientError.General.DatabaseUnavailable", StoreError, "is not running"),
        ("Neo.DatabaseError.General.UnknownError", StoreError, "the server refuses: Oh dear"),
    ],
)
def test_refusals_are_one_sentence(code: str, kind: type[GraphError], message: str) -> None:
    with pytest.raises(neo4j.exceptions.Neo4jError) as caught:
        raise neo4j.exceptions.Neo4jError._hydrate_neo4j(code=code, message="Oh dear\nTrace")
    error = in_plain_words(caught.value, Place("bolt://x", "films"), 5.0)
    assert type(error) is kind
    assert message in str(error)
    assert "\n" not in str(error)
    assert str(error).endswith(".")


def test_reading_streams_in_batches(bolt: Any) -> None:
    with Connection(bolt.uri, bolt.auth, bolt.database) as connection:
        batches = list(connection.read("UNWIND range(1, $n) AS i RETURN i", {"n": 25}, batch=10))
        assert [len(batch) for batch in batches] == [10, 10, 5]
        assert batches[2][-1] == (25,)
        with pytest.raises(GraphError, match="cannot be answered"):
            list(connection.read("MATCH (n RETURN n"))


@pytest.mark.parametrize("query", WRITES)
def test_what_a_reading_transaction_writes_is_undone(bolt: Any, query: str) -> None:
    count = "MATCH (n:Sneaked) RETURN count(n)"
    with Connection(bolt.uri, bolt.auth, bolt.database) as connection:
        for row_limit in (5, 100):
            with contextlib.suppress(GraphError):
                connection.answer(query, {}, timeout=60, row_limit=row_limit, write=False)
            assert bolt.run(count) == [[0]]
        with contextlib.suppress(GraphError):
            list(connection.read(query))
        with contextlib.suppress(GraphError):
            next(connection.read(query, batch=5))
        assert bolt.run(count) == [[0]]
        assert connection.rows("RETURN 1") == [(1,)]  # the session is of use still


def test_what_may_write_is_kept(bolt: Any) -> None:
    with Connection(bolt.uri, bolt.auth, bolt.database) as connection:
        query = "UNWIND range(1, 9) AS i CREATE (n:Meant {i: i}) RETURN n.i"
        assert connection.answer(query, {}, timeout=60, row_limit=5, write=True)[2]
    assert bolt.run("MATCH (n:Meant) RETURN count(n)") == [[9]]


def test_what_comes_too_late_is_not_kept(bolt: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgrec.graph.stores.neo4j_connection._GRACE", 0.0)
    slow = "UNWIND range(1, 700) AS a UNWIND range(1, 700) AS b WITH count(a * b) AS n "
    with Connection(bolt.uri, bolt.auth, bolt.database) as connection:
        with pytest.raises(GraphError, match="took longer"):
            connection.answer(
                slow + "CREATE (:Late) RETURN n", {}, timeout=0.01, row_limit=5, write=True
            )
        for thread in threading.enumerate():
            if thread.name == "kgrec-query":
                thread.join()
    assert bolt.run("MATCH (n:Late) RETURN count(n)") == [[0]]


@pytest.mark.parametrize("query", ["INSERT (n:X {x: 1})", "RETURN 1 // x\rCREATE (n:X)"])
def test_queries_that_would_write(
    bolt: Any, open_bolt: Callable[..., Neo4jStore], query: str
) -> None:
    store = open_bolt(bolt)
    with pytest.raises(GraphError, match="may only read"):
        store.query(query)
    assert bolt.run("MATCH (n:X) RETURN count(n)") == [[0]]


def test_a_server_that_is_gone_is_told_after_seconds(
    bolt: Any, open_bolt: Callable[..., Neo4jStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}
    real = neo4j.GraphDatabase.driver

    def driver(uri: str, **options: Any) -> neo4j.Driver:
        given.update(options)
        return real(uri, **options)

    monkeypatch.setattr(neo4j.GraphDatabase, "driver", driver)
    open_bolt(bolt)
    # The driver waits 1, 2, 4 … seconds, and begins no further wait after this time.
    assert 0 < given["max_transaction_retry_time"] <= 5
