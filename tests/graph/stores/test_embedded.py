from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kgrec.errors import GraphError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.cypher import quote_string, relationship
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.stores.embedded import EmbeddedStore

PATH = (
    "MATCH p = (u:User {{id: {user}}})-[:interacted]->(j:Item {{id: {via}}})"
    "<-[:interacted]-(v:User {{id: {other}}})-[:interacted]->(i:Item {{id: {item}}}) RETURN p"
)


def store_of(ids: list[str], relation: str = "likes") -> EmbeddedStore:
    """A store of items with these ids, the first of which is related to each other one."""
    nodes = pl.DataFrame(
        [
            {
                "key": f"item:{id}",
                "kind": "item",
                "id": id,
                "type": "Film",
                "label": id,
                "properties": "{}",
            }
            for id in ids
        ],
        schema=NODES,
    )
    edges = pl.DataFrame(
        [
            {"head": f"item:{ids[0]}", "relation": relation, "tail": f"item:{id}", "weight": 1.0}
            for id in ids[1:]
        ],
        schema=EDGES,
    )
    store = EmbeddedStore()
    store.write(Content(nodes, edges, {}))
    return store


def some_path(graph: KnowledgeGraph) -> dict[str, str]:
    query = (
        "MATCH (u:User)-[:interacted]->(j:Item)<-[:interacted]-(v:User)-[:interacted]->(i:Item) "
        "WHERE u.id <> v.id AND i.id <> j.id RETURN u.id, j.id, v.id, i.id ORDER BY u.id LIMIT 1"
    )
    (row,) = graph.cypher(query)
    return dict(zip(("user", "via", "other", "item"), row, strict=True))


@pytest.mark.parametrize("quoted", [False, True])
def test_an_explanation_query_returns_exactly_its_path(graph: KnowledgeGraph, quoted: bool) -> None:
    ids = some_path(graph)
    written = {name: quote_string(id) if quoted else f"${name}" for name, id in ids.items()}
    result = graph.cypher(PATH.format(**written), None if quoted else ids)
    ((path,),) = result.rows
    keys = [
        f"user:{ids['user']}",
        f"item:{ids['via']}",
        f"user:{ids['other']}",
        f"item:{ids['item']}",
    ]
    assert [node["key"] for node in path["nodes"]] == keys
    assert [hop["type"] for hop in path["relationships"]] == ["interacted"] * 3
    assert [(hop["start"], hop["end"]) for hop in path["relationships"]] == [
        (keys[0], keys[1]),
        (keys[2], keys[1]),
        (keys[2], keys[3]),
    ]


def test_the_store_holds_every_edge_of_the_tables(graph: KnowledgeGraph) -> None:
    result = graph.cypher("MATCH (a)-[r]->(b) RETURN a.key, type(r), b.key")
    rows = sorted(map(tuple, result.rows))
    assert rows == sorted(graph.edges.select("head", "relation", "tail").iter_rows())


def test_edges_keep_weight_time_and_split(graph: KnowledgeGraph) -> None:
    result = graph.cypher(
        "MATCH (a)-[r:interacted]->(b) RETURN a.key, b.key, r.weight, r.timestamp, r.split"
    )
    columns = ["head", "tail", "weight", "timestamp", "split"]
    expected = graph.edges.filter(pl.col("relation") == "interacted").select(columns)
    assert sorted(map(tuple, result.rows)) == sorted(expected.iter_rows())


def test_relationships_name_their_ends(graph: KnowledgeGraph) -> None:
    for start, hop, end in graph.cypher("MATCH (a)-[r]->(b) RETURN a.key, r, b.key LIMIT 50"):
        assert (hop["start"], hop["end"]) == (start, end)


def test_nodes_are_plain_and_typed(graph: KnowledgeGraph) -> None:
    ((film,),) = graph.cypher("MATCH (m:Item {id: '1'}) RETURN m")
    row = graph.node("item:1")
    assert {name: film[name] for name in ("key", "id", "label", "kind", "type", "text")} == {
        name: row[name] for name in ("key", "id", "label", "kind", "type", "text")
    }
    assert isinstance(film["year"], int)
    assert set(film) == {"key", "id", "label", "kind", "type", "text", "year"}


def test_nodes_match_by_kind_and_by_type(graph: KnowledgeGraph) -> None:
    for label, count in {"Item": 40, "Film": 40, "User": 30, "Person": 24}.items():
        assert graph.cypher(f"MATCH (n:{label}) RETURN count(n)").rows == [[count]]
    assert graph.cypher(
        "MATCH (u:User {id: '1'}), (m:Item {id: '1'}) RETURN u.key, m.key"
    ).rows == [["user:1", "item:1"]]


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (n:Item {id: 'x'})",
        "MATCH (n) DETACH DELETE n",
        "MATCH (n:Item) SET n.label = 'x' RETURN n",
        "LOAD CSV FROM 'file:///etc/hostname' AS row RETURN row",
        "`LOAD` `CSV` FROM 'file:///etc/hostname' AS row RETURN row",
        "CALL table.upsert({table: 'x', rows: []})",
        "CALL db.ontology.clear()",
    ],
)
def test_writing_is_refused(graph: KnowledgeGraph, query: str) -> None:
    before = graph.cypher("MATCH (n) RETURN count(n)").rows
    with pytest.raises(GraphError):
        graph.cypher(query)
    assert graph.cypher("MATCH (n) RETURN count(n)").rows == before


@pytest.mark.parametrize("query", ["MATCH (n RETURN n", "", "RETURN nobody", "RETURN $missing"])
def test_a_bad_query_is_one_sentence(graph: KnowledgeGraph, query: str) -> None:
    with pytest.raises(GraphError) as caught:
        graph.cypher(query)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_an_unknown_label_is_silent(
    graph: KnowledgeGraph, capfd: pytest.CaptureFixture[str]
) -> None:
    assert graph.cypher("MATCH (n:Nope) RETURN n.x").rows == []
    assert capfd.readouterr() == ("", "")


def test_the_row_limit_cuts_and_says_so(graph: KnowledgeGraph) -> None:
    result = graph.cypher("MATCH (n) RETURN n.id", row_limit=3)
    assert len(result) == 3
    assert result.truncated
    assert not graph.cypher("MATCH (n) RETURN n.id").truncated


def test_a_runaway_query_is_stopped(graph: KnowledgeGraph) -> None:
    store = EmbeddedStore(work_limit=1_000)
    store.write(graph.content())
    with pytest.raises(GraphError, match=r"more than 1,000 rows on its way"):
        store.query("MATCH p = (a)-[]-(b)-[]-(c)-[]-(d) RETURN p")


def test_a_closed_store_says_so() -> None:
    store = store_of(["1"])
    store.close()
    with pytest.raises(GraphError, match="empty or closed"):
        store.query("RETURN 1")


def test_results_as_tables(graph: KnowledgeGraph) -> None:
    result = graph.cypher("MATCH (m:Item) RETURN m.id AS id, m.year AS year ORDER BY id LIMIT 2")
    assert result.columns == ["id", "year"]
    assert result.to_polars().schema == {"id": pl.String, "year": pl.Int64}
    assert result.to_dicts()[0]["id"] == "1"
    assert repr(result) == "QueryResult(2 rows: id, year)"


def test_literals_do_not_hide_what_every_node_has(make) -> None:
    items = pl.DataFrame({"item": ["1", "2", "3"], "title": ["A", "B", "C"], "type": [1, 2, 3]})
    graph = KnowledgeGraph.build(make(items=items))
    assert graph.cypher("MATCH (m:Item {id: '2'}) RETURN m.type, m.type_").rows == [["Film", 2]]


HOSTILE = [
    "'}) DETACH DELETE n //",
    "\\",
    "\\'",
    "a\nb",
    "",
    "\u202eעברית",
    "😀",
    "\\u0041",
    "`",
    "\0",
]
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=60)
@given(st.lists(_TEXT, min_size=2, max_size=6, unique=True))
@example(HOSTILE)
def test_any_id_round_trips_as_literal_and_as_parameter(ids: list[str]) -> None:
    store = store_of(ids)
    for id in ids:
        query = "MATCH (n:Item {{id: {}}}) RETURN n.id, n.key, n.label"
        expected: list[list[Any]] = [[id, f"item:{id}", id]]
        assert store.query(query.format(quote_string(id))).rows == expected
        assert store.query(query.format("$id"), {"id": id}).rows == expected


@settings(max_examples=60)
@given(_TEXT.filter(lambda name: name.strip() != ""))
@example("music.artist.origin")
@example("http://dbpedia.org/ontology/director")
@example("wdt:P57")
@example("имя")
@example("we`ird 'name'")
@example("SET")
def test_any_relation_can_be_asked_for(name: str) -> None:
    pattern, condition = relationship(name, "r")
    where = f" WHERE {condition}" if condition else ""
    result = store_of(["1", "2"], name).query(f"MATCH (a)-{pattern}->(b){where} RETURN a.id, b.id")
    assert result.rows == [["1", "2"]]


def test_no_other_module_knows_the_engine() -> None:
    import kgrec

    folder = Path(kgrec.__file__).parent
    users = [path for path in folder.rglob("*.py") if "import kglite" in path.read_text("utf-8")]
    assert sorted(path.name for path in users) == ["embedded.py", "embedded_load.py"]
