from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kgrec.callbacks import ConsoleProgress
from kgrec.errors import GraphError, StoreError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Change, Content
from kgrec.graph.schema import EDGES, IDENTITY, NODES
from kgrec.graph.stores.neo4j import Neo4jStore

HOSTILE = "`}) DETACH DELETE n //"


@pytest.fixture
def store(bolt: Any, open_bolt: Callable[..., Neo4jStore]) -> Neo4jStore:
    return open_bolt(bolt)


def change(
    version: int = 1, *, nodes: Any = (), edges: Any = (), gone: Any = (), cut: Any = ()
) -> Change:
    identity = pl.Schema({name: EDGES[name] for name in IDENTITY})
    return Change(
        version,
        "2026-01-31T09:00:00Z",
        pl.DataFrame(nodes, schema=NODES),
        pl.DataFrame(edges, schema=EDGES),
        pl.DataFrame({"key": list(gone)}, schema={"key": pl.String}),
        pl.DataFrame(cut, schema=identity, orient="row"),
    )


def test_a_graph_comes_back_as_it_was(
    store: Neo4jStore, graph: KnowledgeGraph, check_same: Any
) -> None:
    for _ in range(2):
        store.write(graph.content())
        check_same(store.read(), graph.content())


def test_any_graph_comes_back_as_it_was(
    bolt: Any,
    open_bolt: Callable[..., Neo4jStore],
    any_content: st.SearchStrategy[Content],
    check_same: Any,
) -> None:
    store = open_bolt(bolt, batch_size=2)
    types: set[str] = set()
    relations: set[str] = set()

    def allowed(written: Content) -> bool:
        """ArcadeDB keeps types and relations under the same names, some of which it refuses."""
        some, others = (
            types | set(written.nodes["type"]),
            relations | set(written.edges["relation"]),
        )
        if not bolt.is_neo4j and (some & others or re.search("[,*~]", "".join(some | others))):
            return False
        types.update(some)
        relations.update(others)
        return True

    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(any_content)
    def check(written: Content) -> None:
        assume(allowed(written))
        bolt.run("MATCH (n) DETACH DELETE n")
        store.write(written)
        check_same(store.read(), written)

    check()


def test_what_is_not_ours_stays(store: Neo4jStore, bolt: Any, make_content: Any) -> None:
    bolt.run(
        "CREATE (u:User {id: '1', key: 'user:1', type: 'User', kind: 'user'})-[:interacted]->"
        "(m:Item:Film {id: '9', key: 'item:9', type: 'Film'}), (:User {id: '1'})"
    )
    store.write(make_content.small())
    bolt.run(
        "MATCH (a:KgrecNode {key: 'user:1'}), (b:KgrecNode {key: 'item:2'}), (c:User {id: '1'}) "
        "WHERE c.type = 'User' AND NOT c:KgrecNode "
        "CREATE (a)-[:liked]->(b), (a)-[:interacted]->(b), (a)-[:knows]->(c)"
    )
    kept = store.read()
    assert sorted(kept.nodes["key"]) == ["entity:x", "item:1", "item:2", "user:1"]
    assert kept.edges.height == 5
    assert store.count().nodes == {"Film": 2, "Person": 1, "User": 1}
    assert store.count().edges == {"directed_by": 2, "interacted": 3}
    assert store.neighbours("user:1")["neighbour"].to_list() == ["item:1"] * 3
    assert [walk.nodes for walk in store.paths("user:1", "item:2")] == [
        ("user:1", "item:1", "entity:x", "item:2")
    ]
    store.write(make_content.content([make_content.node("item:7")]))
    assert store.read().nodes["key"].to_list() == ["item:7"]
    assert bolt.run("MATCH (n) WHERE NOT n:KgrecNode AND NOT n:KgrecGraph RETURN count(n)") == [[3]]


def test_another_graph_replaces_what_was_there(
    store: Neo4jStore, make_content: Any, check_same: Any
) -> None:
    store.write(make_content.small())
    other = make_content.content(
        [make_content.node("user:1", "Reader"), make_content.node("item:1", "Series")],
        [make_content.edge("user:1", "interacted", "item:1", timestamp=5, event="view")],
        name="other",
        identity="two",
    )
    store.write(other)
    check_same(store.read(), other)
    assert store.query("MATCH (n:Film) RETURN n").rows == []
    assert store.query("MATCH (n:KgrecNode:Item:Series) RETURN n.key").rows == [["item:1"]]


def test_properties_and_labels_are_native(store: Neo4jStore, bolt: Any, make_content: Any) -> None:
    literals = {
        "year": 1995,
        "title": {"@value": "Le Mans", "@language": "fr"},
        "released": {"@value": "1999-03-31", "@type": "xsd:date"},
        "tags": ["a", "b"],
        "id": "own",
    }
    film = make_content.node("item:1", properties=json.dumps(literals))
    store.write(make_content.content([film]))
    ((labels, year, title, month, tags, own, id),) = bolt.run(
        "MATCH (n:Item {id: '1'}) "
        "RETURN labels(n), n.year, n.title, n.released.month, n.tags, n.id_, n.id"
    )
    assert sorted(labels) == ["Film", "Item", "KgrecNode"]
    assert [year, title, month, tags, own, id] == [1995, "Le Mans", 3, ["a", "b"], "own", "1"]


def test_an_edit_in_the_database_counts(store: Neo4jStore, bolt: Any, make_content: Any) -> None:
    title = {"title": {"@value": "Le Mans", "@language": "fr"}, "year": 1971, "gone": 1}
    store.write(make_content.content([make_content.node("item:1", properties=json.dumps(title))]))
    bolt.run("MATCH (n:Item) SET n.title = 'Heat', n.stars = 4 REMOVE n.gone")
    (text,) = store.read().nodes["properties"]
    assert json.loads(text) == {"title": "Heat", "year": 1971, "stars": 4}


def test_names_from_data_cannot_break_out(
    store: Neo4jStore, make_content: Any, check_same: Any
) -> None:
    literal = json.dumps({HOSTILE: HOSTILE})
    written = make_content.content(
        [
            make_content.node(f"item:{HOSTILE}", HOSTILE, label=HOSTILE, properties=literal),
            make_content.node("entity:'}) DETACH DELETE n //", "} DETACH DELETE n //"),
        ],
        [
            make_content.edge(
                f"item:{HOSTILE}",
                f"r{HOSTILE}",
                "entity:'}) DETACH DELETE n //",
                event=HOSTILE,
                properties=literal,
            )
        ],
    )
    store.write(written)
    check_same(store.read(), written)
    assert store.neighbours(f"item:{HOSTILE}").height == 1


@pytest.mark.parametrize("name", ["", "a\0b", "a\\u0060b"])
def test_names_that_neo4j_cannot_have_are_refused(
    store: Neo4jStore, make_content: Any, name: str
) -> None:
    with pytest.raises(StoreError, match="cannot name a type"):
        store.write(make_content.content([make_content.node("item:1", name)]))


def test_long_and_odd_texts(store: Neo4jStore, make_content: Any, check_same: Any) -> None:
    long = json.dumps({"plot": "x" * 10_000_000})
    written = make_content.content(
        [
            make_content.node("item:1", properties=long),
            make_content.node("item:2", label="\u202eשלום", text="👩‍🚀"),
        ]
    )
    store.write(written)
    check_same(store.read(), written)


def test_progress_counts_every_row(store: Neo4jStore, make_content: Any) -> None:
    progress = ConsoleProgress()
    store.write(make_content.small(), progress=progress)
    store.read(progress=progress)
    assert list(progress.seconds) == ["Writing to Neo4j", "Reading from Neo4j"]


def test_an_empty_database_has_no_graph(store: Neo4jStore) -> None:
    with pytest.raises(StoreError, match="no graph of kgrec's"):
        store.read()
    with pytest.raises(StoreError, match="no graph of kgrec's"):
        store.merge(change(), {"identity": "one", "version": 1})


def test_a_change_is_carried_over(store: Neo4jStore, make_content: Any, check_same: Any) -> None:
    node, edge = make_content.node, make_content.edge
    before = make_content.small()
    store.write(before)
    step = change(
        nodes=[node("item:1", "Series", label="New"), node("item:3")],
        edges=[
            edge("user:1", "interacted", "item:1", timestamp=5, event="buy", weight=9.0),
            edge("user:1", "interacted", "item:3"),
        ],
        gone=["item:2"],
        cut=[
            ("user:1", "interacted", "item:1", 5, "view"),
            ("item:2", "directed_by", "entity:x", None, None),
        ],
    )
    header = {**before.header, "version": 1}
    expected = make_content.content(
        [
            node("user:1", "User"),
            node("item:1", "Series", label="New"),
            node("entity:x", "Person"),
            node("item:3"),
        ],
        [
            edge("user:1", "interacted", "item:1", timestamp=5, event="buy", weight=9.0),
            edge("user:1", "interacted", "item:1"),
            edge("user:1", "interacted", "item:3"),
            edge("item:1", "directed_by", "entity:x"),
        ],
        version=1,
    )
    for _ in range(2):
        store.merge(step, header)
        check_same(store.read(), expected)
    assert store.query("MATCH (n:Film) RETURN n.key").rows == [["item:3"]]


@pytest.mark.parametrize(
    ("version", "identity", "message"),
    [(2, "one", "holds version 0"), (1, "two", "does not lead on")],
)
def test_a_change_of_another_graph_is_refused(
    store: Neo4jStore,
    make_content: Any,
    check_same: Any,
    version: int,
    identity: str,
    message: str,
) -> None:
    store.write(make_content.small())
    with pytest.raises(StoreError, match=message):
        store.merge(change(version, gone=["item:1"]), {"identity": identity, "version": version})
    check_same(store.read(), make_content.small())


def test_two_writers_of_one_graph(
    bolt: Any, open_bolt: Callable[..., Neo4jStore], graph: KnowledgeGraph, check_same: Any
) -> None:
    stores = [open_bolt(bolt, batch_size=100) for _ in range(2)]
    failures: list[BaseException] = []

    def write(store: Neo4jStore) -> None:
        try:
            store.write(graph.content())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    check_same(stores[0].read(), graph.content())


def test_a_write_stops_when_another_graph_is_begun(
    bolt: Any, open_bolt: Callable[..., Neo4jStore], make_content: Any, check_same: Any
) -> None:
    store, other = open_bolt(bolt, batch_size=1), open_bolt(bolt)
    second = make_content.content([make_content.node("item:9")], name="second")

    class Rival(ConsoleProgress):
        def stage(self, name: str, total: int | None = None) -> Any:
            other.write(second)
            return super().stage(name, total)

    with pytest.raises(StoreError, match="began to write another graph"):
        store.write(make_content.small(), progress=Rival())
    check_same(store.read(), second)


def test_writing_queries_must_be_asked_for(store: Neo4jStore, make_content: Any) -> None:
    store.write(make_content.small())
    for query in ("CREATE (n:Foo)", "CRE\\u0041TE (n:Foo)", "MATCH (n) DETACH DELETE n"):
        with pytest.raises(GraphError, match="may only read"):
            store.query(query)
    store.query("CREATE (n:Foo)", write=True)
    assert store.query("MATCH (n:Foo) RETURN count(n)").rows == [[1]]


def test_nodes_of_others_have_their_element_id(
    bolt: Any, open_bolt: Callable[..., Neo4jStore]
) -> None:
    bolt.run("CREATE (a:Foo {name: 'x'})-[:BAR {y: 1}]->(b:Foo {id: 7})")
    ((one, hop, other),) = open_bolt(bolt).query("MATCH (a)-[r]->(b) RETURN a, r, b").rows
    assert one == {
        **{"key": None, "id": hop["start"], "label": None, "kind": None, "type": None},
        "name": "x",
    }
    assert (other["id"], hop["type"], hop["properties"]) == (7, "BAR", {"y": 1})
