from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from kgrec.config import Config
from kgrec.errors import DataError, StoreError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.imports import Mapping, read_neo4j, suggest_mapping
from kgrec.graph.imports.neo4j import neo4j_graph, neo4j_sample
from kgrec.recommend import Recommender

WHO = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn"]
WHAT = ["Glass", "Night", "River", "Paper", "Salt", "Stone", "Wind"]


def fill(bolt: Any, viewers: int = 18, films: int = 14, makers: int = 4) -> None:
    """Films, their makers and their reviewers, all of invented name, in nothing but Cypher."""
    rng = random.Random(3)
    people = [
        {"number": n, "name": f"{WHO[n % 6]} {WHAT[n % 7]}", "born": 1950 + n}
        for n in range(viewers + makers)
    ]
    catalog = [
        {
            "number": n,
            "title": f"The {WHAT[n % 7]} of {WHO[n // 7]}",
            "tagline": f"Line {n}",
            "released": 1990 + n,
            "formats": ["disc", "reel"] if n % 2 else ["reel"],
        }
        for n in range(films)
    ]
    bolt.run(
        "UNWIND $rows AS row CREATE (:Person {personId: row.number, name: row.name, "
        "born: row.born, since: date('2001-02-03')})",
        rows=people,
    )
    bolt.run(
        "UNWIND $rows AS row CREATE (:Movie {movieId: row.number, title: row.title, "
        "tagline: row.tagline, released: row.released, formats: row.formats})",
        rows=catalog,
    )
    reviews = [
        {"who": n, "what": m, "stars": 1 + (n + m) % 5, "at": f"2024-03-{m + 1:02d}T10:00:00Z"}
        for n in range(viewers)
        for m in sorted(range(films), key=lambda m: (m - n) % makers + rng.random())[:6]
    ]
    bolt.run(
        "UNWIND $rows AS row MATCH (p:Person {personId: row.who}), (m:Movie {movieId: row.what}) "
        "CREATE (p)-[:REVIEWED {rating: row.stars, at: datetime(row.at)}]->(m)",
        rows=reviews,
    )
    for kind in ("DIRECTED", "ACTED_IN"):
        rows = [
            {"who": viewers + (n + (kind == "ACTED_IN")) % makers, "what": n} for n in range(films)
        ]
        bolt.run(
            "UNWIND $rows AS row MATCH (p:Person {personId: row.who}), (m:Movie {movieId: "
            f"row.what}}) CREATE (p)-[:{kind} {{roles: ['x']}}]->(m)",
            rows=rows,
        )
    bolt.run("MATCH (a:Person {personId: 0}), (b:Person {personId: 1}) CREATE (a)-[:KNOWS]->(b)")


@pytest.fixture
def films(bolt: Any) -> Any:
    fill(bolt)
    return bolt


def where(bolt: Any) -> dict[str, Any]:
    return {"auth": bolt.auth, "database": bolt.database}


def test_an_existing_graph_trains_end_to_end(films: Any, quick: Callable[..., Config]) -> None:
    mapping = suggest_mapping(films.uri, **where(films))
    assert (mapping.users, mapping.items) == (("Person",), ("Movie",))
    assert mapping.interactions == ("REVIEWED",)
    assert (mapping.rating, mapping.timestamp) == ("rating", "at")
    assert mapping.active_users_only
    data = read_neo4j(films.uri, mapping, **where(films))
    assert data.users.height == 18
    assert data.train.height + data.valid.height == 18 * 6
    graph = KnowledgeGraph.build(data)
    recommender = Recommender(quick()).fit(graph)
    top = recommender.recommend(["0"], k=3)
    titles = {row[0] for row in films.run("MATCH (m:Movie) RETURN m.title")}
    assert {graph.label(f"item:{item}") for item in top.items} <= titles
    people = {row[0] for row in films.run("MATCH (p:Person) RETURN p.name")}
    paths = [
        path for item in top.items for path in recommender.explain("0", item, paths=None).paths
    ]
    through = {node.label for path in paths for node in path.nodes[1:-1] if node.type == "Person"}
    assert through
    assert through <= people


def test_properties_of_all_nodes_survive(films: Any) -> None:
    mapping = Mapping(
        users=("Person",), items=("Movie",), interactions=("REVIEWED",), active_users_only=True
    )
    graph = KnowledgeGraph.build(read_neo4j(films.uri, mapping, **where(films)))
    film = graph.node("item:1")
    assert film["label"] == "The Night of Ada"
    assert json.loads(film["properties"]) == {"tagline": "Line 1", "released": 1991}
    maker = graph.node("entity:18")
    assert (maker["type"], maker["label"]) == ("Person", "Ada Salt")
    assert json.loads(maker["properties"]) == {
        "born": 1968,
        "since": {"@value": "2001-02-03", "@type": "xsd:date"},
    }


def test_properties_of_all_relationships_survive(films: Any) -> None:
    mapping = Mapping(
        users=("Person",),
        items=("Movie",),
        interactions=("REVIEWED",),
        timestamp="at",
        active_users_only=True,
    )
    films.run(
        "MATCH (a:Person {personId: 0}), (b:Person {personId: 1}) "
        "CREATE (a)-[:FOLLOWS {since: date('2009-01-02')}]->(b)"
    )
    graph = KnowledgeGraph.build(read_neo4j(films.uri, mapping, **where(films)))
    found = graph.edges.unique("relation").select("relation", "properties")
    carried = {name: json.loads(text) if text else {} for name, text in found.iter_rows()}
    assert carried.pop("interacted").keys() == {"rating"}
    assert carried.pop("in_format") == {}
    assert carried == {
        "starring": {"roles": ["x"]},
        "directed_by": {"roles": ["x"]},
        "knows": {},
        "FOLLOWS": {"since": {"@value": "2009-01-02", "@type": "xsd:date"}},
    }
    assert graph.node("item:1")["type"] == "Film"
    assert graph.edges.filter(relation="starring")["head"].str.starts_with("item:").all()


def test_what_is_dropped_is_not_even_read(films: Any) -> None:
    mapping = Mapping(
        users=("Person",),
        items=("Movie",),
        interactions=("REVIEWED",),
        drop_relations=("KNOWS", "ACTED_IN"),
    )
    foreign = neo4j_graph(films.uri, mapping, **where(films))
    assert foreign.types() == ["DIRECTED", "REVIEWED"]
    without = mapping.model_copy(update={"items": ("*",), "drop_classes": ("Movie",)})
    assert neo4j_graph(films.uri, without, **where(films)).classes() == ["Person"]
    assert set(read_neo4j(films.uri, mapping, **where(films)).facts["relation"]) == {"DIRECTED"}


def test_a_sample_counts_all(films: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgrec.graph.imports.neo4j._SAMPLED_EDGES", 40)
    monkeypatch.setattr("kgrec.graph.imports.neo4j._SAMPLED_NODES", 5)
    foreign, schema = neo4j_sample(films.uri, **where(films))
    assert foreign.edges.filter(type="REVIEWED").height == 40
    assert schema.sampled
    assert schema.totals["REVIEWED"] == 108
    assert schema.class_of("Person").count == 22
    assert {one.name for one in schema.class_of("Movie").properties} >= {"title", "released"}
    mapping = suggest_mapping(films.uri, **where(films))
    assert mapping.interactions == ("REVIEWED",)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"users": ("Persn",)}, "label 'Persn'.*did you mean 'Person'"),
        ({"interactions": ("RATED",)}, "relationship 'RATED'"),
        ({"items": ("} DETACH DELETE n //",)}, "is not in the graph"),
        ({"rating": "stars"}, "'stars', which no interaction has; the properties are"),
        ({"drop_classes": ("Moovie",)}, "'drop_classes' names.*'Moovie'.*mean 'Movie'"),
        ({"drop_relations": ("DIRECTD",)}, "'drop_relations' names.*'DIRECTD'.*mean 'DIRECTED'"),
        ({"drop_relations": ("REVIEWED",)}, "'interactions' needs .*'REVIEWED', but its 'drop_r"),
    ],
)
def test_a_mapping_that_does_not_fit(films: Any, changes: dict[str, Any], message: str) -> None:
    mapping = Mapping(users=("Person",), items=("Movie",), interactions=("REVIEWED",))
    with pytest.raises(DataError, match=message):
        read_neo4j(films.uri, mapping.model_copy(update=changes), **where(films))


def test_a_graph_without_interactions(bolt: Any) -> None:
    bolt.run("CREATE (:A {name: 'x'})-[:PART_OF]->(:B)")
    with pytest.raises(DataError, match=r"nothing here looks like.*\(A\)-\[PART_OF\]->\(B\) × 1"):
        suggest_mapping(bolt.uri, **where(bolt))


def test_an_empty_database(bolt: Any) -> None:
    with pytest.raises(DataError, match="no relationship at all"):
        suggest_mapping(bolt.uri, **where(bolt))


def test_hostile_labels_are_only_names(bolt: Any) -> None:
    odd = "a`}) DETACH DELETE n //"
    quoted = "`" + odd.replace("`", "``") + "`"
    try:
        for user in range(4):
            for item in range(3):
                bolt.run(
                    f"MERGE (u:{quoted} {{id: 'u{user}'}}) MERGE (i:Item {{id: 'i{item}'}}) "
                    f"CREATE (u)-[:LIKES]->(i)"
                )
    except Exception:
        pytest.skip("this server has no such labels")
    mapping = suggest_mapping(bolt.uri, **where(bolt))
    assert mapping.users == (odd,)
    assert read_neo4j(bolt.uri, mapping, **where(bolt)).users.height == 4


def test_no_server() -> None:
    with pytest.raises(StoreError):
        suggest_mapping("bolt://127.0.0.1:1", auth=("a", "b"))


def test_what_kgrec_wrote_is_not_taken_for_the_graph(films: Any) -> None:
    suggested = suggest_mapping(films.uri, **where(films))
    schema = neo4j_sample(films.uri, **where(films))[1]
    first = KnowledgeGraph.from_neo4j(films.uri, suggested, **where(films))
    first.to_neo4j(films.uri, **where(films))
    assert films.run("MATCH (n:KgrecNode) RETURN count(n)")[0][0] == first.nodes.height
    again = suggest_mapping(films.uri, **where(films))
    assert again == suggested
    assert neo4j_sample(films.uri, **where(films))[1].classes == schema.classes
    second = KnowledgeGraph.from_neo4j(films.uri, suggested, **where(films))
    assert set(second.nodes["key"]) == set(first.nodes["key"])
    edges = ["head", "relation", "tail", "timestamp"]
    assert set(second.edges.select(edges).rows()) == set(first.edges.select(edges).rows())
    wrong = suggested.model_copy(update={"users": ("KgrecNode",)})
    with pytest.raises(DataError, match="the labels are 'Movie', 'Person'"):
        read_neo4j(films.uri, wrong, **where(films))


def test_a_graph_of_nothing_but_kgrec_can_still_be_mapped(
    bolt: Any, tiny_graph: KnowledgeGraph
) -> None:
    tiny_graph.to_neo4j(bolt.uri, **where(bolt))
    mapping = Mapping(users=("User",), items=("Item",), interactions=("interacted",))
    assert read_neo4j(bolt.uri, mapping, **where(bolt)).items.height > 0


def workshop(bolt: Any, tools: list[dict[str, Any]], **quoted: str) -> dict[str, Any]:
    """People who used tools; every third tool is electric, too."""
    for number, tool in enumerate(tools):
        labels = "Tool:Electric" if number % 3 == 0 else "Tool"
        bolt.run(f"CREATE (t:{labels}) SET t = $row, t.n = $n", row=tool, n=f"n {number}")
    for number in range(6):
        bolt.run("CREATE (:Worker {nick: $nick, name: 'Jo'})", nick=f"jo{number}")
        for other in range(number, number + 4):
            bolt.run(
                "MATCH (w:Worker {nick: $nick}), (t:Tool {n: $n}) "
                "CREATE (w)-[:USED {on: datetime($on)}]->(t)",
                nick=f"jo{number}",
                n=f"n {other % len(tools)}",
                on=f"2024-01-{other + 1:02d}T10:00:00Z",
            )
    return where(bolt)


def test_one_id_for_all_nodes_of_a_class(bolt: Any) -> None:
    names = ["Saw", "Saw", "Axe", "Drill", "Plane", "File", "Vice", "Lathe", "Rasp"]
    tools = [{"inv": f"A-{n}", "name": name} for n, name in enumerate(names)]
    there = workshop(bolt, tools)
    mapping = suggest_mapping(bolt.uri, **there)
    assert mapping.id == {"Worker": "nick", "Tool": "inv"}
    assert mapping.timestamp == "on"
    assert any("'Tool' is its 'inv'" in reason for reason in mapping.reasons)
    for one in (mapping, mapping.model_copy(update={"id": {}})):
        data = read_neo4j(bolt.uri, one, **there)
        assert set(data.items["item"]) == {f"A-{n}" for n in range(9)}
        assert set(data.users["user"]) == {f"jo{n}" for n in range(6)}
        assert data.info.item_type == "Tool"


def test_without_any_id_the_reason_says_so(bolt: Any) -> None:
    there = workshop(bolt, [{"name": "Saw"}] * 9)
    bolt.run("MATCH (t:Tool) SET t.n = null")
    mapping = suggest_mapping(bolt.uri, **there)
    assert "Tool" not in mapping.id
    assert any("no property tells all 'Tool' apart" in reason for reason in mapping.reasons)
