from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import polars as pl
import pytest

from kgrec.graph.content import Change, Content
from kgrec.graph.rdf import node_iri
from kgrec.graph.rdf.diff import difference
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


@pytest.fixture(scope="session")
def unique_iris() -> Callable[[Content], bool]:
    """Whether no two nodes would be one in RDF."""

    def unique(content: Content) -> bool:
        iris = [str(node_iri(key)) for key in content.nodes["key"]]
        return len(set(iris)) == len(iris)

    return unique


@pytest.fixture(scope="session")
def next_version() -> Callable[[Content, Content], tuple[Change, dict[str, Any]]]:
    """The change from one graph to another, as an update would make it, and the header after it."""

    def change(old: Content, new: Content) -> tuple[Change, dict[str, Any]]:
        version = old.header["version"] + 1
        made = replace(difference(old, new), version=version, time="2026-01-31T09:00:00Z")
        return made, {**new.header, "version": version, "identity": old.header["identity"]}

    return change
