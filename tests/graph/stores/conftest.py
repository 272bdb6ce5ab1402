from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import polars as pl
import pytest

from kgrec.graph.content import Content
from kgrec.graph.literals import parse
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.stores.neo4j import Neo4jStore
from kgrec.graph.stores.sparql import SparqlStore

Row = dict[str, Any]


class Make:
    """Small graphs in a few words."""

    @staticmethod
    def node(key: str, type: str = "Film", **more: Any) -> Row:
        kind, _, id = key.partition(":")
        row = {"key": key, "kind": kind, "id": id, "type": type, "label": f"<{id}>"}
        return {**row, "properties": "{}", **more}

    @staticmethod
    def edge(head: str, relation: str, tail: str, **more: Any) -> Row:
        split = "train" if relation == "interacted" else None
        row = {"head": head, "relation": relation, "tail": tail, "weight": 1.0, "split": split}
        return {**row, **more}

    @staticmethod
    def content(nodes: Sequence[Row], edges: Sequence[Row] = (), **header: Any) -> Content:
        return Content(
            pl.DataFrame(nodes, schema=NODES),
            pl.DataFrame(edges, schema=EDGES),
            {"name": "made", "identity": "one", "version": 0, **header},
        )

    def small(self) -> Content:
        """A user, two films and a director; three interactions of one user with one film."""
        return self.content(
            [
                self.node("user:1", "User"),
                self.node("item:1", properties='{"year":1995}'),
                self.node("item:2"),
                self.node("entity:x", "Person"),
            ],
            [
                self.edge("user:1", "interacted", "item:1", timestamp=5, event="view"),
                self.edge("user:1", "interacted", "item:1", timestamp=5, event="buy", weight=2.0),
                self.edge("user:1", "interacted", "item:1"),
                self.edge("item:1", "directed_by", "entity:x"),
                self.edge("item:2", "directed_by", "entity:x", properties='{"page":3}'),
            ],
        )


def _rows(table: pl.DataFrame) -> list[str]:
    parsed = [{**row, "properties": parse(row["properties"])} for row in table.to_dicts()]
    return sorted(json.dumps(row, sort_keys=True) for row in parsed)


def _assert_equal(one: Content, other: Content) -> None:
    assert _rows(one.nodes) == _rows(other.nodes)
    assert _rows(one.edges) == _rows(other.edges)
    assert json.dumps(one.header, sort_keys=True) == json.dumps(other.header, sort_keys=True)
    assert (one.nodes.schema, one.edges.schema) == (NODES, EDGES)


@pytest.fixture
def assert_equal() -> Callable[[Content, Content], None]:
    """Rows in any order, literals as parsed JSON."""
    return _assert_equal


@pytest.fixture
def make_content() -> Make:
    return Make()


@pytest.fixture
def open_bolt() -> Iterator[Callable[..., Neo4jStore]]:
    """Opens stores in a Bolt database, and closes them."""
    opened: list[Neo4jStore] = []

    def open_store(bolt: Any, uri: str | None = None, **options: Any) -> Neo4jStore:
        store = Neo4jStore(uri or bolt.uri, auth=bolt.auth, database=bolt.database, **options)
        opened.append(store)
        return store

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def oxigraph() -> Iterator[str]:
    """Oxigraph's own server, from PyPI, in memory, on a free port."""
    program = Path(sys.executable).parent / "oxigraph"
    if not program.exists():
        pytest.skip("no SPARQL endpoint: run pip install oxigraph")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = subprocess.Popen(
        [program, "serve", "--bind", address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://{address}/", server)
        yield f"http://{address}/query"
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None
        try:
            with urlopen(url):
                return
        except URLError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


@pytest.fixture
def empty(oxigraph: str) -> str:
    SparqlStore(oxigraph).query("CLEAR ALL", write=True)
    return oxigraph
