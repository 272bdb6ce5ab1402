from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import polars as pl
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kgrec.errors import GraphError, StoreError, UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.rdf import node_iri
from kgrec.graph.schema import EDGES, IDENTITY
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.graph.stores.rdf import RdfStore

Check = Callable[[Content, Content], None]
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
KG = "urn:kgrec:ontology#"


@pytest.fixture(scope="module")
def content(graph: KnowledgeGraph) -> Content:
    return graph.content()


@pytest.fixture(scope="module")
def store(content: Content, tmp_path_factory: pytest.TempPathFactory) -> RdfStore:
    store = RdfStore(tmp_path_factory.mktemp("rdf") / "store")
    store.write(content)
    return store


def test_round_trips_lose_nothing(
    unique_iris: Callable[..., Any], any_content: st.SearchStrategy[Content], check_same: Check
) -> None:
    store = RdfStore()

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_content)
    def check(content: Content) -> None:
        assume(unique_iris(content))
        store.write(content)
        check_same(store.read(), content)

    check()


def test_changes_lead_to_what_writing_leads_to(
    unique_iris: Callable[..., Any],
    next_version: Callable[..., Any],
    any_content: st.SearchStrategy[Content],
    check_same: Check,
) -> None:
    store = RdfStore()

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_content, st.data())
    def check(content: Content, data: st.DataObject) -> None:
        assume(unique_iris(content))
        full = with_siblings(content)
        old, new = (some(full, data) for _ in range(2))
        change, header = next_version(old, new)
        store.write(old)
        store.merge(change, header)
        check_same(store.read(), Content(new.nodes, new.edges, header))
        counted = store.count()
        store.write(Content(new.nodes, new.edges, header))
        assert counted == store.count()

    check()


def with_siblings(content: Content) -> Content:
    """Plain edges and others of the same triple."""
    facts = content.edges.filter(pl.col("relation") != "interacted")
    nothing = {name: pl.lit(None, EDGES[name]) for name in ("timestamp", "event", "properties")}
    plain = facts.with_columns(**nothing, weight=pl.lit(1.0))
    later = plain.with_columns(timestamp=pl.lit(5, pl.Int64))
    edges = pl.concat([content.edges, plain, later]).unique(IDENTITY, maintain_order=True)
    return Content(content.nodes, edges, content.header)


def some(content: Content, data: st.DataObject) -> Content:
    """A part of a graph, with some of its weights and labels changed."""
    nodes = content.nodes.filter(flags(data, content.nodes.height))
    inside = [pl.col(end).is_in(nodes["key"].implode()) for end in ("head", "tail")]
    edges = content.edges.filter(*inside)
    edges = edges.filter(flags(data, edges.height))
    other = pl.when(flags(data, edges.height)).then(2.5 / pl.col("weight"))
    renamed = pl.when(flags(data, nodes.height)).then(pl.col("label") + "!")
    return Content(
        nodes.with_columns(label=renamed.otherwise("label")),
        edges.with_columns(weight=other.otherwise("weight")),
        content.header,
    )


def flags(data: st.DataObject, size: int) -> pl.Series:
    drawn = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return pl.Series(drawn, dtype=pl.Boolean)


def test_a_folder_keeps_the_graph(content: Content, check_same: Check, tmp_path: Path) -> None:
    for _ in range(2):
        with RdfStore(tmp_path / "store") as store:
            store.write(content)
    with RdfStore(tmp_path / "store") as store:
        check_same(store.read(), content)
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == ["store"]


def test_the_same_answers_as_the_embedded_store(content: Content, store: RdfStore) -> None:
    embedded = EmbeddedStore()
    embedded.write(content)
    assert store.count() == embedded.count()
    for key in content.nodes["key"][::9]:
        for limit in (None, 2):
            found, wanted = store.neighbours(key, limit), embedded.neighbours(key, limit)
            assert found.rows() == wanted.rows()
            assert found.columns == wanted.columns
    for start, end in (("user:1", "item:5"), ("entity:genre/Mystery", "user:9"), ("item:1",) * 2):
        for max_hops in range(1, 5):
            for limit in (3, 100):
                assert store.paths(start, end, max_hops=max_hops, limit=limit) == embedded.paths(
                    start, end, max_hops=max_hops, limit=limit
                )


def test_several_edges_between_two_nodes_count(content: Content) -> None:
    edges = content.edges.filter(pl.col("relation").is_in(["interacted", "starring"])).head(300)
    again = edges.with_columns(pl.lit(7, pl.Int64).alias("timestamp"))
    many = Content(content.nodes, pl.concat([edges, again]).unique(IDENTITY), content.header)
    store, embedded = RdfStore(), EmbeddedStore()
    store.write(many)
    embedded.write(many)
    assert store.count() == embedded.count()
    for key in ("item:1", "user:3", edges["tail"][0]):
        assert store.neighbours(key).rows() == embedded.neighbours(key).rows()
    assert store.paths("user:1", "item:5") == embedded.paths("user:1", "item:5")


def test_queries(store: RdfStore) -> None:
    query = f"SELECT ?title ?year {{ $film {LABEL} ?title ; <{KG}year> ?year }}"
    found = store.query(query, {"film": node_iri("item:1")})
    assert found.columns == ["title", "year"]
    assert found.rows == [["The Silent Lantern", found.rows[0][1]]]
    assert isinstance(found.rows[0][1], int)
    assert store.query("ASK { ?s a $type }", {"type": {"@id": f"{KG}Film"}}).rows == [[True]]
    triples = store.query(f"CONSTRUCT {{ ?s a ?t }} WHERE {{ ?s a ?t ; <{KG}key> 'item:1' }}")
    assert triples.columns == ["subject", "predicate", "object"]
    assert ["urn:kgrec:item:1", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{KG}Film"] in (
        triples.rows
    )
    assert store.query("SELECT ?x { OPTIONAL { <urn:a:b> ?p ?x } }").rows == [[None]]


def test_rows_are_cut(store: RdfStore) -> None:
    found = store.query("SELECT ?s { ?s ?p ?o }", row_limit=3)
    assert (len(found), found.truncated) == (3, True)
    assert not store.query("SELECT ?s { ?s ?p ?o } LIMIT 3", row_limit=3).truncated


def test_a_slow_query_is_given_up(store: RdfStore) -> None:
    query = "SELECT ?a ?b ?c { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }"
    with pytest.raises(GraphError, match=r"longer than 0\.2 seconds"):
        store.query(query, timeout=0.2)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("INSERT DATA { <urn:a:b> <urn:a:c> 1 }", "INSERT is no query; allow it with write=True"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE asks another server"),
        ("SELECT ?s {", "not valid SPARQL"),
        ("LOAD <file:///etc/passwd>", "LOAD is no query"),
    ],
)
def test_what_is_refused(store: RdfStore, query: str, message: str) -> None:
    before = store.count()
    with pytest.raises(GraphError, match=message):
        store.query(query)
    assert store.count() == before


def test_writing_on_request(content: Content) -> None:
    store = RdfStore()
    store.write(content)
    store.query("INSERT DATA { <urn:a:b> <urn:a:c> $x }", {"x": 5}, write=True)
    assert store.query("SELECT ?x { <urn:a:b> ?p ?x }").rows == [[5]]


HOSTILE = [
    "'}) DETACH DELETE n //",
    '"> . <urn:x',
    '" } ; DROP ALL #',
    "line\nbreak\r\t",
    "back\\slash \\u0022 \\u0041",
    "\0\x01\x7f",
    "\u202eעברית",
    "👩\u200d🚀",
    "http://x.org/a b",
    'http://x.org/"q"',
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_out(
    next_version: Callable[..., Any], content: Content, name: str, check_same: Check
) -> None:
    node = {**content.nodes.row(-1, named=True), "id": name, "key": f"entity:{name}"}
    row = {**node, "type": name, "label": name, "text": name, "properties": "{}"}
    edge = {**content.edges.row(-1, named=True), "tail": f"entity:{name}", "relation": name}
    hostile = Content(
        content.nodes.vstack(pl.DataFrame([row], schema=content.nodes.schema)),
        content.edges.vstack(pl.DataFrame([edge], schema=content.edges.schema)),
        content.header,
    )
    store = RdfStore()
    store.write(content)
    store.merge(*next_version(content, hostile))
    wanted = Content(hostile.nodes, hostile.edges, {**hostile.header, "version": 1})
    check_same(store.read(), wanted)
    rows = store.query(f"SELECT ?n {{ ?n {LABEL} $name }}", {"name": name}).rows
    assert [store.key_of(iri) for (iri,) in rows] == [f"entity:{name}"]
    (around,) = store.neighbours(f"entity:{name}").rows()
    assert around[:3] == (name, "in", edge["head"])
    assert store.paths(edge["head"], f"entity:{name}", max_hops=1)[0].relations == ((name, True),)


def test_a_literal_of_ten_megabytes(content: Content, check_same: Check) -> None:
    nodes = content.nodes.with_columns(
        text=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit('"\\\n' + "x" * 10_000_000))
    )
    store = RdfStore()
    store.write(Content(nodes, content.edges, content.header))
    check_same(store.read(), Content(nodes, content.edges, content.header))


def test_unknown_nodes(store: RdfStore) -> None:
    for key in ("item:nope", "nope", "item:\ud800"):
        with pytest.raises(UnknownIdError, match="there is no node"):
            store.neighbours(key)
    with pytest.raises(UnknownIdError, match="'item:nope'"):
        store.paths("item:1", "item:nope")
    assert store.key_of("urn:kgrec:item:nope") is None
    assert store.key_of("urn:kgrec:item:1> . <urn:x") is None


def test_how_long_a_path_may_be(store: RdfStore) -> None:
    with pytest.raises(GraphError, match="1 to 4 hops"):
        store.paths("item:1", "item:2", max_hops=5)


def test_other_graphs_and_versions_are_not_changed(
    next_version: Callable[..., Any], content: Content
) -> None:
    store = RdfStore()
    store.write(content)
    change, header = next_version(content, content)
    with pytest.raises(StoreError, match="does not lead on"):
        store.merge(change, {**header, "identity": "other"})
    store.merge(change, header)
    with pytest.raises(StoreError, match="holds version 1 of a graph, from which"):
        store.merge(change, header)


def test_a_twin_is_refused(next_version: Callable[..., Any], content: Content) -> None:
    iri = "http://x.org/heat"
    first, second = (
        Content(
            content.nodes.vstack(
                content.nodes.tail(1).with_columns(
                    key=pl.lit(f"{kind}:{iri}"), id=pl.lit(iri), kind=pl.lit(kind)
                )
            ),
            content.edges,
            content.header,
        )
        for kind in ("item", "entity")
    )
    store = RdfStore()
    store.write(first)
    both = Content(pl.concat([first.nodes, second.nodes.tail(1)]), first.edges, first.header)
    with pytest.raises(StoreError, match="would be one in RDF"):
        store.merge(*next_version(first, both))
    store.merge(*next_version(first, second))  # one in the place of the other


def test_an_empty_store() -> None:
    with pytest.raises(StoreError, match="no graph of kgrec's"):
        RdfStore().read()


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear …")
    with pytest.raises(StoreError, match="no RDF store; choose another folder"):
        RdfStore(tmp_path)


def test_a_store_of_others_is_not_overwritten(content: Content, tmp_path: Path) -> None:
    theirs = ox.Store(tmp_path / "store")
    theirs.add(ox.Quad(ox.NamedNode("urn:a:b"), ox.NamedNode("urn:a:c"), ox.Literal("x")))
    theirs.flush()
    del theirs
    with RdfStore(tmp_path / "store") as store, pytest.raises(StoreError, match="did not write"):
        store.write(content)


def test_named_graphs_of_others_stay(content: Content, tmp_path: Path, check_same: Check) -> None:
    with RdfStore(tmp_path / "store") as store:
        store.write(content)
        added = "INSERT DATA { GRAPH <urn:a:g> { <urn:a:b> <urn:a:c> 'theirs' } }"
        store.query(added, write=True)
        store.write(content)
        assert store.query("SELECT ?x { <urn:a:b> ?p ?x }").rows == [["theirs"]]
        check_same(store.read(), content)


def test_two_writers_at_once(content: Content, tmp_path: Path) -> None:
    with RdfStore(tmp_path / "store") as store:
        store.write(content)
        with pytest.raises(StoreError, match="has the store open; close it first"):
            RdfStore(tmp_path / "store")
    RdfStore(tmp_path / "store").close()


def test_a_failed_write_leaves_the_earlier_store(
    content: Content, tmp_path: Path, check_same: Check
) -> None:
    with RdfStore(tmp_path / "store") as store:
        store.write(content)
        broken = Content(content.nodes.head(1), content.edges, content.header)
        with pytest.raises(StoreError, match="no node of the graph"):
            store.write(broken)
        check_same(store.read(), content)
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == ["store"]


KILLED = """
import os
import kgrec.graph.stores.rdf as module
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset

store = module.RdfStore(folder)
content = KnowledgeGraph.build(tiny_dataset(users=60)).content()
{how}
"""
IN_WRITE = """
load = module._load
def die(*arguments):
    load(*arguments)
    os.kill(os.getpid(), 9)
module._load = die
store.write(content)
"""
IN_MERGE = """
from dataclasses import replace
from kgrec.graph.rdf.diff import difference
old = store.read()
change = replace(difference(old, content), version=1)
store.merge(change, {**content.header, "identity": old.header["identity"], "version": 1})
done.send("acknowledged")
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize(("how", "survives"), [(IN_WRITE, "old"), (IN_MERGE, "new")])
def test_killed_while_writing(
    how: str,
    survives: str,
    content: Content,
    child: Callable[..., BaseProcess],
    tmp_path: Path,
    check_same: Check,
) -> None:
    with RdfStore(tmp_path / "store") as store:
        store.write(content)
    heard, done = multiprocessing.Pipe(duplex=False)
    process = child(KILLED.replace("{how}", how), folder=tmp_path / "store", done=done)
    process.join(120)
    assert process.exitcode == -9
    assert heard.poll() == (survives == "new")
    with RdfStore(tmp_path / "store") as store:
        users = store.count().nodes["User"]
        assert users == {"old": 30, "new": 60}[survives]
        if survives == "old":
            check_same(store.read(), content)
        store.write(content)
    left = [entry for entry in tmp_path.iterdir() if entry.is_dir()]
    assert [entry.name for entry in left] == ["store"]
