from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from kgrec.errors import GraphError, UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.graph.stores.neo4j import Neo4jStore

QUERIES = [
    "MATCH (m:Item {id: '1'}) RETURN m",
    "MATCH (u:User {id: '1'})-[r:interacted]->(m) RETURN u, r, m ORDER BY m.key",
    "MATCH (u:User {id: '1'})-[r:interacted]->(m) RETURN r ORDER BY m.key",
    "MATCH (u:User {id: '1'})-[r]->(m) RETURN type(r) AS t, {a: count(m)} ORDER BY t",
    "MATCH p = (a:Film {id: '1'})-[:directed_by]->(:Person)<-[:directed_by]-(b:Film) "
    "RETURN p ORDER BY b.key",
    "RETURN null, 1, 1.5, 'x', true, [1, null, 'a']",
]


@pytest.fixture(scope="module")
def stores(bolt_session: Any, graph: KnowledgeGraph) -> Any:
    bolt = bolt_session.fresh()
    embedded = EmbeddedStore()
    embedded.write(graph.content())
    with Neo4jStore(bolt.uri, auth=bolt.auth, database=bolt.database) as store:
        store.write(graph.content())
        yield store, embedded
    embedded.close()


@pytest.mark.parametrize("query", QUERIES)
def test_both_property_graphs_give_the_same_rows(stores: Any, query: str) -> None:
    ours, theirs = (store.query(query) for store in stores)
    assert ours.rows == theirs.rows
    assert ours.columns == theirs.columns
    assert ours.rows


def test_both_have_the_same_neighbours(stores: Any, graph: KnowledgeGraph) -> None:
    for key in ("item:1", "user:3", "entity:genre/Comedy"):
        ours, theirs = (store.neighbours(key) for store in stores)
        assert ours.equals(theirs)
        order = ["relation", "direction", "neighbour"]
        assert ours.sort(order).equals(graph.neighbours(key).sort(order))
        assert ours["relation"].to_list() == graph.neighbours(key)["relation"].to_list()


def test_neighbours_are_limited_by_relation_and_direction(
    stores: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = stores[0].neighbours("entity:genre/Comedy")
    first = whole.group_by("relation", "direction", maintain_order=True).head(2)
    assert first.height < whole.height
    for threshold in (10_000, 0):
        monkeypatch.setattr("kgrec.graph.stores.cypher_walks._ALL_AT_ONCE", threshold)
        for store in stores:
            assert store.neighbours("entity:genre/Comedy", 2).equals(first)


@pytest.mark.parametrize(
    ("start", "end", "hops"),
    [("user:1", "item:5", 3), ("item:1", "item:2", 4), ("item:1", "entity:5", 1)],
)
def test_both_find_the_same_paths(stores: Any, start: str, end: str, hops: int) -> None:
    ours, theirs = (store.paths(start, end, max_hops=hops) for store in stores)
    assert ours == theirs
    assert ours
    assert ours == sorted(ours, key=lambda walk: (len(walk.relations), walk))
    for walk in ours:
        assert (walk.nodes[0], walk.nodes[-1]) == (start, end)
        assert len(set(walk.nodes)) == len(walk.nodes) == len(walk.relations) + 1 <= hops + 1
    assert stores[0].paths(start, end, max_hops=hops, limit=3) == ours[:3]


def test_paths_are_edges_of_the_graph(stores: Any, graph: KnowledgeGraph) -> None:
    edges = set(graph.edges.select("head", "relation", "tail").iter_rows())
    for walk in stores[0].paths("user:1", "item:5", max_hops=3):
        for one, (relation, forward), other in zip(
            walk.nodes, walk.relations, walk.nodes[1:], strict=False
        ):
            assert ((one, relation, other) if forward else (other, relation, one)) in edges


def test_unknown_nodes(stores: Any) -> None:
    for store in stores:
        for key in ("item:none", "nonsense", "film:1"):
            with pytest.raises(UnknownIdError, match="there is no node"):
                store.neighbours(key)
            with pytest.raises(UnknownIdError, match="there is no node"):
                store.paths("item:1", key)
        with pytest.raises(GraphError, match="1 to 4 hops"):
            store.paths("item:1", "item:2", max_hops=5)
        assert store.paths("item:1", "item:1") == []


def test_counts_are_the_same(stores: Any, graph: KnowledgeGraph) -> None:
    ours, theirs = (store.count() for store in stores)
    assert ours == theirs
    assert ours.nodes == dict(graph.nodes["type"].value_counts().sort("type").iter_rows())
    assert ours.edges == dict(graph.edges["relation"].value_counts().sort("relation").iter_rows())


def test_the_row_limit_cuts_and_says_so(stores: Any) -> None:
    result = stores[0].query("UNWIND range(1, 9) AS i RETURN i", row_limit=4)
    assert (result.rows, result.truncated) == ([[1], [2], [3], [4]], True)
    assert not stores[0].query("UNWIND range(1, 4) AS i RETURN i", row_limit=4).truncated


def test_a_query_that_takes_too_long(stores: Any) -> None:
    slow = "UNWIND range(1, 4000) AS a UNWIND range(1, 4000) AS b WITH a, b WHERE a * b = -1 "
    with pytest.raises(GraphError, match=r"longer than 0\.1 seconds"):
        stores[0].query(slow + "RETURN count(*)", timeout=0.1)


@pytest.mark.parametrize("query", ["MATCH (n RETURN n", "", "RETURN nobody", "RETURN $missing"])
def test_a_bad_query_is_one_sentence(stores: Any, query: str) -> None:
    with pytest.raises(GraphError) as caught:
        stores[0].query(query)
    assert str(caught.value).startswith("The query cannot be answered")
    assert "\n" not in str(caught.value)


def test_dates_come_as_iso_strings(stores: Any) -> None:
    query = "RETURN date('1999-03-31'), datetime('1999-03-31T12:30:00Z'), duration('P1Y2M')"
    assert stores[0].query(query).rows == [["1999-03-31", "1999-03-31T12:30:00Z", "P1Y2M"]]


def test_answers_become_tables(stores: Any) -> None:
    table = stores[0].query("MATCH (n:Genre) RETURN n.label AS name ORDER BY name").to_polars()
    assert table.schema == pl.Schema({"name": pl.String})
    assert table.height == 4
