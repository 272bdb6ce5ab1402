from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs
from urllib.request import urlopen

import polars as pl
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kgrec.errors import GraphError, StoreError, UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.rdf import node_iri, read_triples
from kgrec.graph.rdf import upload as upload_module
from kgrec.graph.stores.rdf import RdfStore
from kgrec.graph.stores.sparql import SparqlStore

Check = Callable[[Content, Content], None]
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
KG = "urn:kgrec:ontology#"


@pytest.fixture(scope="module")
def content(graph: KnowledgeGraph) -> Content:
    return graph.content()


@pytest.mark.parametrize("named", ["urn:kgrec:graph", "http://x.org/graphs/mine", None])
def test_a_graph_comes_back(
    content: Content, empty: str, named: str | None, check_same: Check
) -> None:
    store = SparqlStore(empty, graph=named)
    store.write(content)
    check_same(store.read(), content)
    size = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows
    store.write(content)
    check_same(store.read(), content)
    assert store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows == size


def test_round_trips_lose_nothing(
    unique_iris: Callable[..., Any],
    any_content: st.SearchStrategy[Content],
    empty: str,
    check_same: Check,
) -> None:
    store = SparqlStore(empty)

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_content)
    def check(content: Content) -> None:
        assume(unique_iris(content))
        store.write(content)  # over what the last example left: only the difference is sent
        check_same(store.read(), content)

    check()


def test_changes(
    unique_iris: Callable[..., Any],
    next_version: Callable[..., Any],
    any_content: st.SearchStrategy[Content],
    empty: str,
    check_same: Check,
) -> None:
    store = SparqlStore(empty)

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_content, any_content)
    def check(old: Content, new: Content) -> None:
        assume(unique_iris(old) and unique_iris(new))
        change, header = next_version(old, new)
        twins = {str(node_iri(key)): key for key in old.nodes["key"]}
        assume(all(twins.get(str(node_iri(key)), key) == key for key in new.nodes["key"]))
        store.write(old)
        store.merge(change, header)
        check_same(store.read(), Content(new.nodes, new.edges, header))

    check()


def test_the_same_answers_as_pyoxigraph(content: Content, empty: str) -> None:
    store, local = SparqlStore(empty), RdfStore()
    store.write(content)
    local.write(content)
    assert store.count() == local.count()
    for key in content.nodes["key"][::20]:
        assert store.neighbours(key, 3).rows() == local.neighbours(key, 3).rows()
    assert store.paths("user:1", "item:5", max_hops=4) == local.paths(
        "user:1", "item:5", max_hops=4
    )
    for query in (
        f"SELECT ?l ?y {{ ?n <{KG}year> ?y ; {LABEL} ?l }} ORDER BY ?l",
        "ASK { ?s ?p 'nothing' }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 20",
    ):
        found, wanted = store.query(query), local.query(query)
        assert found.columns == wanted.columns
        assert sorted(found.rows) == sorted(wanted.rows)
    assert store.key_of("urn:kgrec:item:1") == "item:1"
    assert store.key_of("urn:kgrec:item:nope") is None
    with pytest.raises(UnknownIdError):
        store.neighbours("item:nope")


def test_what_others_have_there_stays(content: Content, empty: str, check_same: Check) -> None:
    store = SparqlStore(empty)
    theirs = {
        "<urn:kgrec:item:1> <http://x.org/seen> 'yesterday'",
        f"<urn:kgrec:item:1> {LABEL} 'mine'",
        "<urn:a:b> a <urn:kgrec:ontology#Item>",
    }
    everywhere = " . ".join(theirs)
    store.query(
        f"INSERT DATA {{ {everywhere} . GRAPH <urn:a:g> {{ {everywhere} }} "
        "GRAPH <urn:kgrec:graph> { <urn:a:b> a <urn:a:c> } }",
        write=True,
    )
    store.write(content)
    check_same(store.read(), content)
    store.write(Content(content.nodes.head(50), content.edges.clear(), content.header))
    everything = ox.Store()
    with urlopen(empty.replace("/query", "/store")) as answer:  # all of it, as N-Quads
        everything.load(answer.read(), ox.RdfFormat.N_QUADS)
    for triple in theirs:
        for where in (f"{{ {triple} }}", f"{{ GRAPH <urn:a:g> {{ {triple} }} }}"):
            assert everything.query(f"ASK {where}")
    assert everything.query("ASK { GRAPH <urn:kgrec:graph> { <urn:a:b> a <urn:a:c> } }")


def test_queries(content: Content, empty: str) -> None:
    store = SparqlStore(empty)
    store.write(content)
    found = store.query("SELECT ?s { ?s ?p ?o }", row_limit=3)
    assert (len(found), found.truncated) == (3, True)
    hostile = '" } ; DROP ALL #'
    assert store.query(f"SELECT ?s {{ ?s {LABEL} $x }}", {"x": hostile}).rows == []
    for query, message in (
        ("DROP ALL", "DROP is no query"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { } }", "SERVICE asks another server"),
        ("SELECT ?s {", r"the query is not valid: .*; correct it\.$"),
    ):
        with pytest.raises(GraphError, match=message):
            store.query(query)
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z FILTER(?x = ?y && ?y = ?z) }"
    with pytest.raises(GraphError, match=r"longer than 0\.2 seconds"):
        store.query(slow, timeout=0.2)


def test_all_triples_of_an_endpoint(empty: str) -> None:
    SparqlStore(empty).query(
        "INSERT DATA { <urn:a:b> <urn:a:c> 5 . GRAPH <urn:a:g> { <urn:a:b> <urn:a:d> 'x'@en } }",
        write=True,
    )
    assert read_triples(empty).select("object").rows() == [("5",)]
    assert read_triples(empty, graph="urn:a:g").select("object", "language").rows() == [("x", "en")]


# A second endpoint that wants a password, breaks down, and cuts its answers.


@dataclass
class Lame:
    """SPARQL's protocol over pyoxigraph, with the faults of the world.

    :ivar url: where it is
    :ivar user: what ``Authorization`` must say
    :ivar dies_after: so many updates
    :ivar loses_answers: whether an update is done before the connection breaks
    :ivar cuts_at: so many lines of N-Triples
    :ivar updates: how many were done
    """

    url: str = ""
    user: str = ""
    dies_after: int | None = None
    loses_answers: bool = False
    cuts_at: int | None = None
    updates: int = 0
    moved: str = ""
    store: ox.Store = field(default_factory=ox.Store)

    def answer(self, path: str, body: bytes, headers: Any) -> tuple[int, str, bytes]:
        if self.user and headers["Authorization"] != self.user:
            return 401, "text/plain", b"who are you?"
        if path == "/update":
            return self.update(body.decode())
        form = parse_qs(body.decode())
        graphs = [ox.NamedNode(name) for name in form.get("default-graph-uri", [])]
        found = self.store.query(form["query"][0], default_graph=graphs or None)
        if isinstance(found, ox.QueryTriples):
            lines = found.serialize(format=ox.RdfFormat.N_TRIPLES).splitlines(keepends=True)
            return 200, "application/n-triples", b"".join(lines[: self.cuts_at])
        text = found.serialize(format=ox.QueryResultsFormat.JSON)
        return 200, "application/sparql-results+json", text

    def update(self, text: str) -> tuple[int, str, bytes]:
        dead = self.dies_after is not None and self.updates >= self.dies_after
        if not dead or self.loses_answers:
            self.store.update(text)
            self.updates += 1
        if dead:
            raise ConnectionAbortedError
        return 204, "text/plain", b""


@pytest.fixture
def lame() -> Iterator[Lame]:
    lame = Lame()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if lame.moved:
                self.send_response(307)
                self.send_header("Location", lame.moved)
                self.end_headers()
                return
            try:
                code, kind, text = lame.answer(self.path, body, self.headers)
            except ConnectionAbortedError:
                self.close_connection = True
                return
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    lame.url = f"http://127.0.0.1:{server.server_address[1]}/query"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield lame
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many little batches, and no waiting."""
    monkeypatch.setattr(upload_module, "_BYTES", 5_000)
    monkeypatch.setattr(time, "sleep", bool)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("loses_answers", [False, True])
def test_writing_goes_on_after_a_lost_connection(
    content: Content, lame: Lame, loses_answers: bool, check_same: Check
) -> None:
    store = SparqlStore(lame.url)
    lame.dies_after, lame.loses_answers = 10, loses_answers
    with pytest.raises(StoreError, match="no endpoint answers, or it went away"):
        store.write(content)
    with pytest.raises(StoreError, match="not complete; write it again"):
        store.read()
    done, lame.dies_after, lame.updates = lame.updates, None, 0
    store.write(content)
    check_same(store.read(), content)
    whole = SparqlStore(lame.url, graph="urn:a:other")
    before = lame.updates
    whole.write(content)
    assert before < lame.updates - before  # the first ten were not sent again
    assert done >= 10


@pytest.mark.usefixtures("small")
def test_another_graph_after_half_a_one(content: Content, lame: Lame, check_same: Check) -> None:
    store = SparqlStore(lame.url)
    lame.store.update("INSERT DATA { GRAPH <urn:kgrec:graph> { <urn:a:b> <urn:a:c> 'theirs' } }")
    lame.dies_after = 10
    with pytest.raises(StoreError):
        store.write(content)
    lame.dies_after = None
    edges = content.edges.head(20)
    keys = pl.concat([edges["head"], edges["tail"]]).implode()
    other = Content(content.nodes.filter(pl.col("key").is_in(keys)), edges, content.header)
    store.write(other)
    check_same(store.read(), other)
    assert lame.store.query("ASK { GRAPH ?g { ?s ?p 'theirs' } }")


@pytest.mark.usefixtures("small")
def test_a_short_failure_is_survived(content: Content, lame: Lame, check_same: Check) -> None:
    store, update, failures = SparqlStore(lame.url), lame.update, iter(range(1_000))

    def sometimes(text: str) -> tuple[int, str, bytes]:
        return update(text) if next(failures) % 3 == 2 else (503, "text/plain", b"busy")

    lame.update = sometimes  # type: ignore[method-assign]
    store.write(content)
    check_same(store.read(), content)


def test_cut_answers_are_noticed(content: Content, lame: Lame) -> None:
    store = SparqlStore(lame.url)
    store.write(content)
    lame.cuts_at = 100
    with pytest.raises(StoreError, match="cuts its answers"):
        store.read()


@pytest.mark.parametrize("way", ["argument", "address", "environment"])
def test_passwords(
    way: str, content: Content, lame: Lame, check_same: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    lame.user = "Basic " + base64.b64encode("anna:s€cret".encode()).decode()
    url, auth = lame.url, None
    if way == "argument":
        auth = ("anna", "s€cret")
    elif way == "address":
        url = url.replace("//", "//anna:s%E2%82%ACcret@")
    else:
        monkeypatch.setenv("KGREC_SPARQL_USER", "anna")
        monkeypatch.setenv("KGREC_SPARQL_PASSWORD", "s€cret")
    store = SparqlStore(url, auth=auth)
    store.write(content)
    check_same(store.read(), content)
    assert "cret" not in repr(store)


def test_tokens(lame: Lame, monkeypatch: pytest.MonkeyPatch) -> None:
    lame.user = "Bearer t0ken"
    assert SparqlStore(lame.url, auth="t0ken").query("ASK {}").rows == [[True]]
    monkeypatch.setenv("KGREC_SPARQL_TOKEN", "t0ken")
    assert SparqlStore(lame.url).query("ASK {}").rows == [[True]]


@pytest.mark.parametrize("auth", [None, ("anna", "s3cret"), "s3cret"])
def test_a_wrong_password(auth: Any, content: Content, lame: Lame) -> None:
    lame.user = "Bearer right"
    store = SparqlStore(lame.url.replace("//", "//u:s3cret@"), auth=auth)
    for attempt in (store.read, store.count, lambda: store.write(content)):
        with pytest.raises(StoreError, match="refuses the user or the password") as caught:
            attempt()
        assert "cret" not in str(caught.value) + repr(store)


def test_redirects_do_not_take_the_password_along(lame: Lame) -> None:
    lame.moved = "http://127.0.0.1:9/elsewhere"
    with pytest.raises(StoreError, match=r"sends us to http://127\.0\.0\.1:9/elsewhere"):
        SparqlStore(lame.url, auth=("anna", "s3cret")).query("ASK {}")


@pytest.mark.usefixtures("small")
def test_an_endpoint_that_is_down(content: Content) -> None:
    store = SparqlStore("http://anna:s3cret@127.0.0.1:9/query")
    for attempt in (store.read, lambda: store.write(content), lambda: store.query("ASK {}")):
        with pytest.raises(StoreError, match="no endpoint answers") as caught:
            attempt()
        assert type(caught.value) is StoreError
        assert "cret" not in str(caught.value)


@pytest.mark.usefixtures("small")
def test_an_endpoint_without_updates(content: Content, empty: str) -> None:
    with pytest.raises(StoreError, match=r"takes no updates there .* as update_url"):
        SparqlStore(empty, empty).write(content)


def test_no_endpoint_at_all(oxigraph: str) -> None:
    with pytest.raises(StoreError, match="HTTP 404"):
        SparqlStore(oxigraph.replace("/query", "/nothing")).count()
    with pytest.raises(StoreError, match="must begin with http"):
        SparqlStore("ftp://x.org")
    with pytest.raises(StoreError, match="no absolute IRI"):
        SparqlStore(oxigraph, graph="urn:x> } ; DROP ALL #")


def test_an_empty_endpoint(empty: str) -> None:
    with pytest.raises(StoreError, match="no graph of kgrec's"):
        SparqlStore(empty).read()


@pytest.mark.usefixtures("small")
def test_what_is_held(content: Content, lame: Lame) -> None:
    store = SparqlStore(lame.url)
    assert store.held() is None
    lame.dies_after = 5
    with pytest.raises(StoreError):
        store.write(content)
    assert store.held() is None  # not as a whole
    lame.dies_after = None
    store.write(content)
    assert store.held() == (content.header["identity"], 0)
