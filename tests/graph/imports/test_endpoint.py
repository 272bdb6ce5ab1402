from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from kgrec.errors import DataError, StoreError
from kgrec.graph.imports import suggest_mapping

PREFIX = "@prefix : <http://x.org/> .\n"
LINES = [
    *(f":u{n} a :Reader ; :name 'R{n}' ." for n in range(30)),
    *(f":b{n} a :Book ; :title 'B{n}' ; :by :w{n % 3} ." for n in range(20)),
    *(f":w{n} a :Writer ." for n in range(3)),
    *(
        f"[] a :Loan ; :who :u{n} ; :what :b{(n * m) % 20} ; :day '2024-01-0{m}' ."
        for n in range(30)
        for m in range(1, 6)
    ),
]


class Handler(BaseHTTPRequestHandler):
    """The SPARQL protocol in front of a store in memory."""

    store: ox.Store

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers.get("Authorization") == "Basic YmFkOmJhZA==":
            self.send_error(401)
            return
        result = self.store.query(parse_qs(body)["query"][0])
        is_rows = isinstance(result, ox.QuerySolutions)
        form = ox.QueryResultsFormat.JSON if is_rows else ox.RdfFormat.N_TRIPLES
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>" if self.path == "/page" else result.serialize(format=form))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def turtle() -> bytes:
    return (PREFIX + "\n".join(LINES)).encode()


@pytest.fixture(scope="module")
def endpoint(turtle: bytes) -> Iterator[str]:
    store = ox.Store()
    store.bulk_load(turtle, format=ox.RdfFormat.TURTLE)
    handler = type("Bound", (Handler,), {"store": store})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/sparql"
        server.shutdown()
        thread.join()


def check(source: str | Path) -> None:
    mapping = suggest_mapping(source)
    (node,) = mapping.interaction_nodes
    assert (node.label, node.user, node.item, node.timestamp) == (
        "http://x.org/Loan",
        "http://x.org/who",
        "http://x.org/what",
        "http://x.org/day",
    )
    assert mapping.users == ("http://x.org/Reader",)
    assert mapping.items == ("http://x.org/Book",)


def test_an_endpoint(endpoint: str) -> None:
    check(endpoint)


def test_only_a_sample_is_read(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgrec.graph.imports.endpoint._SAMPLED", 25)
    check(endpoint)


def test_a_folder_of_pyoxigraph(tmp_path: Path, turtle: bytes) -> None:
    store = ox.Store(tmp_path / "kg")
    store.bulk_load(turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://x.org/g"))
    store.flush()
    del store
    check(tmp_path / "kg")


def test_errors_are_one_sentence(endpoint: str) -> None:
    with pytest.raises(StoreError, match=r"refuses the user or the password \(HTTP 401\)"):
        suggest_mapping(endpoint, auth=("bad", "bad"))
    with pytest.raises(StoreError, match="is this a SPARQL endpoint"):
        suggest_mapping(endpoint.replace("/sparql", "/page"))
    with pytest.raises(StoreError, match="no endpoint answers"):
        suggest_mapping("http://127.0.0.1:1/sparql")


def test_an_empty_store(tmp_path: Path) -> None:
    ox.Store(tmp_path / "kg").flush()
    with pytest.raises(DataError, match="no relationship at all"):
        suggest_mapping(tmp_path / "kg")
