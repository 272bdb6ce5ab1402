"""One graph in three stores (and RDF twice): the same questions have the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kgrec.config import Config
from kgrec.errors import StoreError
from kgrec.explain import Path as Way
from kgrec.graph import KnowledgeGraph
from kgrec.graph.rdf import node_iri
from kgrec.graph.stores import Store
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.graph.stores.neo4j import Neo4jStore
from kgrec.graph.stores.rdf import RdfStore
from kgrec.graph.stores.sparql import SparqlStore
from kgrec.recommend import Recommender

HOSTILE = [
    "'}) DETACH DELETE n //",
    '"> . <urn:x> <urn:y> "',
    "} UNION { ?s ?p ?o }",
    "back\\slash\\' OR 1=1",
    "line\nbreak\ttab",
    "`tick` \\u0060",
    "\u202eright to left עברית",
    "👩‍🚀 😀",
    "$user {id: 1}",
    "#comment /* */ --",
]


@pytest.fixture
def stores(bolt: Any, empty: str, tmp_path: Path) -> Iterator[dict[str, Store]]:
    opened: dict[str, Store] = {
        "embedded": EmbeddedStore(),
        "bolt": Neo4jStore(bolt.uri, auth=bolt.auth, database=bolt.database),
        "rdf": RdfStore(tmp_path / "rdf"),
        "endpoint": SparqlStore(empty),
    }
    yield opened
    for store in opened.values():
        store.close()


def answers(stores: dict[str, Store], way: Way) -> dict[str, list[list[str]]]:
    return {
        name: store.query(way.sparql if name in ("rdf", "endpoint") else way.cypher).iris()
        for name, store in stores.items()
    }


def check_alike(stores: dict[str, Store], ways: tuple[Way, ...]) -> None:
    """Each path comes back from every store, alone and in order."""
    assert ways
    for way in ways:
        wanted = [[str(node_iri(node.key)) for node in way.nodes]]
        assert answers(stores, way) == dict.fromkeys(stores, wanted)


def test_explanations_are_the_same_everywhere(
    fitted: Recommender, stores: dict[str, Store]
) -> None:
    for store in stores.values():
        fitted.graph.to_store(store)
    for user in ("1", "2", "3"):
        item = fitted.recommend(users=[user], k=1).items[0]
        check_alike(stores, fitted.explain(user, item, paths=None).paths)


def test_hostile_names_stay_in_their_quotes(
    build: Callable[..., KnowledgeGraph], quick: Callable[..., Config], stores: dict[str, Store]
) -> None:
    size = len(HOSTILE)
    users = [f"user {name}" for name in HOSTILE]
    items = [f"item {name}" for name in HOSTILE]
    train = [(users[n], items[(n + step) % size]) for n in range(size) for step in (0, 1, 2)]
    facts = [(items[n], HOSTILE[n % 2], HOSTILE[n % 3]) for n in range(size)]
    facts += [(item, "starring", "http://x.org/a'b\"c d") for item in items[:4]]
    graph = build(train, facts=facts, titles=dict(zip(items, HOSTILE, strict=True)))
    rec = Recommender(quick()).fit(graph)
    counts = []
    for store in stores.values():
        graph.to_store(store)
        counts.append(store.count())
    ways = [
        way
        for user in users[:4]
        for item in rec.recommend(users=[user], k=2).items
        for way in rec.explain(user, item, paths=None).paths
    ]
    assert any(not way.through_users for way in ways)
    check_alike(stores, tuple(ways))
    assert [store.count() for store in stores.values()] == counts
    assert all(count == counts[0] for count in counts)


def test_parameters_are_values_everywhere(
    build: Callable[..., KnowledgeGraph], stores: dict[str, Store]
) -> None:
    graph = build([("u", name) for name in HOSTILE])
    cypher = "MATCH (m:Item {id: $id}) RETURN m.id"
    sparql = "SELECT ?id WHERE { ?m a <urn:kgrec:ontology#Item> ; <urn:kgrec:ontology#id> ?id }"
    ask = {"embedded": cypher, "bolt": cypher, "rdf": sparql, "endpoint": sparql}
    for name, store in stores.items():
        graph.to_store(store)
        for hostile in HOSTILE:
            assert store.query(ask[name], {"id": hostile}).rows == [[hostile]]


def test_neighbours_are_the_same_everywhere(
    tiny_graph: KnowledgeGraph, stores: dict[str, Store]
) -> None:
    for name, store in stores.items():
        tiny_graph.to_store(store)
        for key in ("user:1", "item:1", "item:7", "entity:1", "entity:genre/Comedy"):
            assert store.neighbours(key).equals(tiny_graph.neighbours(key)), (name, key)
            assert store.neighbours(key, 2).equals(tiny_graph.neighbours(key, 2)), (name, key)


def test_paths_and_counts_are_the_same_everywhere(
    tiny_graph: KnowledgeGraph, stores: dict[str, Store]
) -> None:
    found = []
    for store in stores.values():
        tiny_graph.to_store(store)
        found.append(
            (
                store.count(),
                store.paths("user:1", "item:9", max_hops=3, limit=1_000),
                store.paths("item:1", "item:5", max_hops=2),
                store.paths("user:1", "item:9", max_hops=3, limit=7),
                store.paths("item:1", "item:1"),
            )
        )
    assert all(each == found[0] for each in found)
    assert found[0][1]
    assert len(found[0][3]) == 7


def test_an_update_reaches_every_store_as_a_difference(
    tiny_graph: KnowledgeGraph,
    stores: dict[str, Store],
    check_same: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = tiny_graph.update(
        events=pl.DataFrame({"user": ["1", "new"], "item": ["9", "9"], "weight": [2.0, 1.0]}),
        facts=pl.DataFrame({"head": ["9"], "relation": ["directed_by"], "tail": ["somebody"]}),
    )
    second = first.update(removed=["user:2", "item:3"])
    for store in stores.values():
        tiny_graph.to_store(store)
        assert store.held() == (tiny_graph.identity, 0)
    for store in stores.values():

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("the whole graph was written")

        monkeypatch.setattr(store, "write", refuse)
        second.to_store(store)
        check_same(store.read(), second.content())
        assert store.held() == (second.identity, 2)
        assert store.neighbours("item:9").equals(second.neighbours("item:9"))
        with pytest.raises(AssertionError):
            first.to_store(store)  # an earlier version is no difference to send


def test_another_graph_takes_the_place_of_the_first(
    tiny_graph: KnowledgeGraph,
    build: Callable[..., KnowledgeGraph],
    stores: dict[str, Store],
    check_same: Callable[..., None],
) -> None:
    other = build([("a", "b"), ("a", "c")])
    for store in stores.values():
        tiny_graph.to_store(store)
        other.to_store(store)
        check_same(store.read(), other.content())


def test_two_updates_of_one_graph_are_not_mixed(
    tiny_graph: KnowledgeGraph, stores: dict[str, Store], check_same: Callable[..., None]
) -> None:
    def fact(item: str, tail: str) -> pl.DataFrame:
        return pl.DataFrame({"head": [item], "relation": ["made_by"], "tail": [tail]})

    one = tiny_graph.update(facts=fact("1", "one"))
    other = tiny_graph.update(facts=fact("1", "other"))
    for store in stores.values():
        one.to_store(store)
        other.update(facts=fact("2", "more"), time="2030-01-01").to_store(store)
        assert store.neighbours("item:1").filter(relation="made_by")["label"].to_list() == ["other"]
        with pytest.raises(StoreError, match="does not lead on"):
            store.merge(one.changes[0], one.content().header)
