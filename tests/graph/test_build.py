from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgrec.data import DatasetInfo, clean
from kgrec.errors import GraphError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import EDGES, NODES
from kgrec.testing import tiny_dataset


def facts_of(graph: KnowledgeGraph) -> set[tuple[str, str, str]]:
    facts = graph.edges.filter(pl.col("relation") != "interacted")
    return set(facts.select("head", "relation", "tail").iter_rows())


def node(graph: KnowledgeGraph, key: str) -> dict[str, Any]:
    return graph.node(key)


def test_tables_have_their_columns(graph: KnowledgeGraph) -> None:
    assert graph.nodes.schema == NODES
    assert graph.edges.schema == EDGES
    assert graph.nodes["key"].is_unique().all()
    assert graph.nodes["label"].null_count() == 0


def test_interactions_of_train_and_valid_only(graph: KnowledgeGraph) -> None:
    data = tiny_dataset()
    edges = graph.edges.filter(pl.col("relation") == "interacted")
    assert edges.height == data.train.height + data.valid.height
    for split, table in (("train", data.train), ("valid", data.valid)):
        part = edges.filter(pl.col("split") == split)
        assert part["tail"].to_list() == [f"item:{item}" for item in table["item"]]
        assert part["weight"].to_list() == table["weight"].to_list()
    held_out = {(f"user:{u}", f"item:{i}") for u, i in data.test.select("user", "item").iter_rows()}
    assert held_out
    assert not held_out & set(edges.select("head", "tail").iter_rows())


def test_equal_ids_of_different_kinds_stay_apart(make) -> None:
    graph = KnowledgeGraph.build(make(facts=[("1", "directed_by", "1")], labels=[("1", "Mann")]))
    assert {key for key in graph.nodes["key"] if key.endswith(":1")} == {
        "user:1",
        "item:1",
        "entity:1",
    }
    assert (graph.label("item:1"), graph.label("entity:1"), graph.label("user:1")) == (
        "Heat",
        "Mann",
        "1",
    )


def test_aliases_inverses_and_repetitions_become_one_edge(make) -> None:
    graph = KnowledgeGraph.build(
        make(
            facts=[
                ("1", "film.film.directed_by", "m.1"),
                ("m.1", "film.director.film", "1", "entity", "item"),
                ("1", "directed_by", "m.1"),
                ("1", "director", "m.2"),
            ]
        )
    )
    assert facts_of(graph) == {
        ("item:1", "directed_by", "entity:m.1"),
        ("item:1", "directed_by", "entity:m.2"),
    }
    report = graph.report
    assert (report.renamed, report.swapped, report.merged, report.facts) == (2, 1, 2, 2)


def test_self_loops_are_set_aside(make) -> None:
    graph = KnowledgeGraph.build(make(facts=[("1", "related_to", "1", "item", "item")]))
    assert not facts_of(graph)
    assert graph.report.self_loops == 1


def test_facts_that_tell_an_interaction_are_set_aside(make) -> None:
    graph = KnowledgeGraph.build(
        make(
            facts=[
                ("1", "rated_high", "3", "user", "item"),  # the held-out pair
                ("3", "fan", "1", "item", "user"),  # and the other way round
                ("2", "interacted", "3", "user", "item"),
                ("2", "made", "3", "user", "item"),  # says nothing held out
            ]
        )
    )
    assert facts_of(graph) == {("user:2", "made", "item:3")}
    assert graph.report.leaking == 3


def test_repeated_interactions_add_up(make) -> None:
    graph = KnowledgeGraph.build(make(train=[("1", "1"), ("1", "1")], valid=[("2", "1")]))
    edges = graph.edges.select("head", "weight", "split").rows()
    assert edges == [("user:1", 2.0, "train"), ("user:2", 1.0, "valid")]
    assert graph.report.merged == 1


def test_attribute_columns_become_relations_or_literals(make) -> None:
    items = pl.DataFrame(
        {
            "item": ["1", "2", "3", "4"],
            "title": ["Heat", "", None, "Alien"],
            "text": ["Robbers.", None, None, None],
            "genres": ["Crime|Drama", "Crime", None, " Horror | "],
            "year": ["1995", "1998", None, "1979"],
            "length": [170, 122, 100, 117],
            "colour": ["yes", "yes", "no", "yes"],
            "url": ["http://a", "http://b", "http://c", "http://d"],
            "studio": ["A", "B", "C", "D"],  # unique, but a relation that the ontology knows
            "original": [["x", "y"], ["x"], [], ["y"]],
        }
    )
    users = pl.DataFrame({"user": ["1", "2"], "gender": ["F", "M"], "zip": ["01234", "94043"]})
    graph = KnowledgeGraph.build(make(items=items, users=users))
    assert {(h, r, t) for h, r, t in facts_of(graph) if h == "item:1"} == {
        ("item:1", "has_genre", "entity:genre/Crime"),
        ("item:1", "has_genre", "entity:genre/Drama"),
        ("item:1", "has_colour", "entity:colour/yes"),
        ("item:1", "production_company", "entity:company/A"),
        ("item:1", "has_original", "entity:original/x"),
        ("item:1", "has_original", "entity:original/y"),
    }
    assert ("item:4", "has_genre", "entity:genre/Horror") in facts_of(graph)
    assert ("user:1", "has_gender", "entity:gender/F") in facts_of(graph)
    crime = node(graph, "entity:genre/Crime")
    assert (crime["type"], crime["label"]) == ("Genre", "Crime")
    assert node(graph, "item:1")["properties"] == '{"year":1995,"length":170,"url":"http://a"}'
    assert (
        node(graph, "user:1")["properties"] == '{"zip":"01234"}'
    )  # a leading zero is not a number
    assert [graph.label(f"item:{i}") for i in "1234"] == ["Heat", "2", "3", "Alien"]
    assert node(graph, "item:1")["text"] == "Robbers."
    assert graph.report.literals == ("year", "length", "url", "zip")
    assert ("studio", "production_company") in graph.report.attributes


def test_a_column_id_is_an_attribute_like_another() -> None:
    events = pl.DataFrame({"user": ["u", "v"], "item": ["1", "2"]})
    items = pl.DataFrame({"item": ["1", "2"], "id": ["tt1", "tt2"], "kind": [8, 9]})
    users = pl.DataFrame({"user": ["u", "v"], "id": [1, 2]})
    tables = {"train": events, "items": items, "users": users}
    graph = KnowledgeGraph.build(clean(tables, DatasetInfo("x")))
    nodes = graph.nodes.filter(pl.col("kind") != "entity")
    assert set(nodes["id"]) == {"u", "v", "1", "2"}
    assert json.loads(node(graph, "item:1")["properties"]) == {"id": "tt1", "kind": 8}
    assert json.loads(node(graph, "user:v")["properties"]) == {"id": 2}


def test_a_column_of_items_points_at_items(make) -> None:
    items = pl.DataFrame(
        {
            "item": ["1", "2", "3"],
            "title": ["A", "B", "C"],
            "followed_by": ["2", "Unknown II", None],
        }
    )
    graph = KnowledgeGraph.build(make(items=items))
    assert facts_of(graph) == {
        ("item:1", "sequel", "item:2"),
        ("item:2", "sequel", "entity:film/Unknown II"),
    }


def test_types_of_entities(make) -> None:
    graph = KnowledgeGraph.build(
        make(
            facts=[
                ("1", "directed_by", "a"),
                ("2", "written_by", "a"),
                ("1", "film.film.subjects", "a"),
                ("1", "unheard_of", "b"),
                ("1", "directed_by", "c"),
                ("1", "sequel", "d"),
            ],
            labels=[("c", "Cosmo", "company", None), ("a", "Anna", None, "Text."), ("z", "Z")],
        )
    )
    types = {row["id"]: row["type"] for row in graph.nodes.filter(kind="entity").to_dicts()}
    assert types == {"a": "Person", "b": "Entity", "c": "Company", "d": "Film"}
    assert node(graph, "entity:a")["text"] == "Text."
    assert graph.report.unused_labels == 1
    assert graph.report.undeclared == ("unheard_of",)


def test_labels_fall_back_to_readable_ids(make) -> None:
    ids = ["http://dbpedia.org/resource/Tom_Hanks", "dbr:Category:Road_movies", "m.02vxx", "Tom H"]
    graph = KnowledgeGraph.build(make(facts=[("1", "starring", id) for id in ids]))
    labels = [graph.label(f"entity:{id}") for id in ids]
    assert labels == ["Tom Hanks", "Road movies", "m.02vxx", "Tom H"]
    assert [graph.has_name(f"entity:{id}") for id in ids] == [True, True, False, True]
    assert graph.report.unlabelled == 1


def mirrored(name: str, other: str, pairs: int) -> list[tuple[str, ...]]:
    forward = [(str(n % 3 + 1), name, f"e{n}", "item", "entity") for n in range(pairs)]
    return forward + [(t, other, h, "entity", "item") for h, _, t, _, _ in forward]


def test_inverse_relations_are_found_in_the_data(make) -> None:
    graph = KnowledgeGraph.build(make(facts=mirrored("b.label_of", "a.labelled", 20)))
    assert {relation for _, relation, _ in facts_of(graph)} == {"b.label_of"}
    assert graph.edges.filter(pl.col("relation") == "b.label_of").height == 20
    (pair,) = graph.report.inverses
    assert (pair.kept, pair.swapped, pair.share) == ("b.label_of", "a.labelled", 1.0)
    assert (graph.report.swapped, graph.report.merged) == (20, 20)


def test_a_declared_relation_is_kept_over_an_undeclared_one(make) -> None:
    graph = KnowledgeGraph.build(make(facts=mirrored("directed_by", "zz.films", 25)))
    assert {relation for _, relation, _ in facts_of(graph)} == {"directed_by"}


@pytest.mark.parametrize(("pairs", "dropped"), [(19, 0), (50, 1)])
def test_too_few_or_too_unlike_pairs_are_not_inverses(make, pairs: int, dropped: int) -> None:
    facts = mirrored("one", "two", pairs)
    graph = KnowledgeGraph.build(make(facts=facts[dropped : len(facts) - 1] if dropped else facts))
    assert {relation for _, relation, _ in facts_of(graph)} == {"one", "two"}
    assert not graph.report.inverses


def test_symmetric_relations_have_one_direction(make, tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(
        "@prefix kg: <urn:kgrec:ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "kg:similar a kg:Relation , owl:SymmetricProperty ."
    )
    facts = [("1", "similar", "2", "item", "item"), ("2", "similar", "1", "item", "item")]
    graph = KnowledgeGraph.build(make(facts=facts, ontologies=(str(own),)))
    assert facts_of(graph) == {("item:1", "similar", "item:2")}


def test_a_bad_weight_stops_the_build(make) -> None:
    data = make()
    bad = data.train.with_columns(pl.lit(-1.0).alias("weight"))
    with pytest.raises(GraphError, match=r"weight is not a finite number above 0.*3 times"):
        KnowledgeGraph.build(type(data)(**{**vars(data), "train": bad}))


def test_an_interaction_with_an_unknown_item_stops_the_build(make) -> None:
    with pytest.raises(GraphError, match="does not lead to an item"):
        KnowledgeGraph.build(make(train=[("1", "nope")]))


def test_a_dataset_without_facts_and_attributes(make) -> None:
    graph = KnowledgeGraph.build(make(item_type="Item"))
    assert graph.edges.height == 4
    assert set(graph.nodes["type"]) == {"User", "Item"}


_ID = st.text(min_size=1, max_size=3)
_FACT = st.tuples(_ID, st.sampled_from(["directed_by", "film.director.film", "x"]), _ID)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(_FACT, max_size=12))
def test_every_edge_ends_at_a_node_and_is_unique(make, facts: list[tuple[str, str, str]]) -> None:
    data = make(facts=[(*fact, "entity", "entity") for fact in facts])
    graph = KnowledgeGraph.build(data)
    keys = set(graph.nodes["key"])
    assert set(graph.edges["head"]) | set(graph.edges["tail"]) <= keys
    assert not graph.edges.select("head", "relation", "tail").is_duplicated().any()
    report = graph.report
    assert report.facts + report.merged + report.self_loops + report.leaking == len(facts)


def test_facts_carry_weight_time_event_and_properties(make) -> None:
    data = make(
        facts=[
            ("m", "ACTED_IN", "1", "entity", "item"),
            ("1", "starring", "m"),
            ("1", "starring", "m"),
            ("2", "similar_to", "1", "item", "item"),
        ]
    )
    carried = {
        "weight": [2.0, 3.0, 1.0, 1.0],
        "timestamp": [None, None, 7, None],
        "event": [None, None, None, "seen"],
        "properties": [None, '{"roles": ["Neo"]}', None, '{"by": "us"}'],
    }
    facts = data.facts.with_columns(pl.Series(name, values) for name, values in carried.items())
    graph = KnowledgeGraph.build(replace(data, facts=facts))
    rows = graph.edges.filter(pl.col("relation") != "interacted").drop("split")
    assert rows.schema["timestamp"] == pl.Int64
    assert sorted(rows.rows(), key=str) == [
        ("item:1", "similar_to", "item:2", 1.0, None, "seen", '{"by": "us"}'),
        ("item:1", "starring", "entity:m", 1.0, 7, None, None),
        ("item:1", "starring", "entity:m", 2.0, None, None, '{"roles": ["Neo"]}'),
    ]
    assert (graph.report.facts, graph.report.merged) == (3, 1)


def test_interactions_carry_properties(make) -> None:
    data = make(train=[("1", "1")])
    train = data.train.with_columns(properties=pl.lit('{"device": "tv"}'))
    graph = KnowledgeGraph.build(replace(data, train=train))
    found = graph.edges.filter(split="train")["properties"].to_list()
    assert found == ['{"device": "tv"}']


def test_columns_are_read_by_the_type_of_the_items(make) -> None:
    items = pl.DataFrame(
        {
            "item": ["1", "2", "3"],
            "title": ["A", "B", "C"],
            "writer": ["x", "x", "x"],
            "source": ["u", "u", "v"],
            "date": ["May", "May", "June"],
        }
    )
    film = KnowledgeGraph.build(make(items=items))
    book = KnowledgeGraph.build(make(items=items, item_type="Book"))
    assert dict(film.report.attributes) == {"writer": "written_by"}
    assert film.report.literals == ("source", "date")
    assert dict(book.report.attributes) == {"writer": "has_writer"}
    for graph in (film, book):
        changed = graph.update(items=items.head(1).with_columns(writer=pl.lit("z")))
        (relation,) = dict(graph.report.attributes).values()
        tails = changed.edges.filter(head="item:1", relation=relation)["tail"].to_list()
        assert [tail.rpartition("/")[2] for tail in tails] == ["z"]
