from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from kgrec.data.dataset import Dataset
from kgrec.errors import DataError, GraphError, UnknownIdError
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.testing import tiny_dataset
from kgrec.vocabulary import INTERACTED

Make = Callable[..., Dataset]
Look = Callable[..., Any]


def _stated(properties: str) -> dict[str, Any]:
    return {name: value for name, value in json.loads(properties).items() if value is not None}


def everything(graph: KnowledgeGraph) -> tuple[Any, ...]:
    """All that a graph says, whatever the order of its rows."""
    nodes = {
        node["key"]: {**node, "properties": _stated(node["properties"])}
        for node in graph.nodes.to_dicts()
    }
    rows = graph.edges.sort("head", "relation", "tail", "timestamp", "event").to_dicts()
    return nodes, rows, graph.candidates


# Interactions.


def test_an_interaction_that_comes_back_adds_its_weight(
    make: Make, edges: Look, table: Look
) -> None:
    graph = KnowledgeGraph.build(make(train=[("1", "1")], valid=[]))
    updated = graph.update(events=table("user item weight timestamp", ("1", "1", 2.5, 70)))
    updated = updated.update(events=table("user item weight timestamp", ("1", "1", 1.0, 60)))
    (edge,) = edges(updated, relation=INTERACTED)
    assert (edge["weight"], edge["timestamp"]) == (4.5, 70)
    assert graph.edges["weight"].to_list() == [1.0]


def test_a_validation_interaction_that_is_trained_on_is_no_longer_one(
    make: Make, edges: Look, table: Look
) -> None:
    graph = KnowledgeGraph.build(make(train=[("1", "1")], valid=[("2", "1")]))
    added = table("user item split", ("2", "1", "train"), ("1", "1", "valid"), ("2", "2", "valid"))
    splits = {(e["head"], e["tail"]): e["split"] for e in edges(graph.update(events=added))}
    assert splits == {
        ("user:1", "item:1"): "train",
        ("user:2", "item:1"): "train",
        ("user:2", "item:2"): "valid",
    }


def test_a_log_keeps_its_interactions_apart(
    graph: KnowledgeGraph, edges: Look, table: Look
) -> None:
    content = graph.content()
    more = (
        content.edges.filter(relation=INTERACTED)
        .head(1)
        .with_columns(timestamp=pl.lit(5, pl.Int64))
    )
    log = KnowledgeGraph.from_content(
        Content(content.nodes, pl.concat([content.edges, more]), content.header)
    )
    user, item = (more[end][0].partition(":")[2] for end in ("head", "tail"))
    added = table("user item timestamp", (user, item, 9))
    pair = {"head": more["head"][0], "tail": more["tail"][0]}
    assert len(edges(log.update(events=added), **pair)) == 3
    again = log.update(events=added).update(events=added)
    assert [e["weight"] for e in edges(again, timestamp=9, **pair)] == [2.0]  # type: ignore[arg-type]


# Bad rows.


def test_bad_rows_lose_no_good_ones_and_are_reported(graph: KnowledgeGraph, table: Look) -> None:
    events = table(
        "user item weight split",
        ("1", "new", 1.0, "train"),
        (None, "2", 1.0, None),
        ("2", "3", -1.0, ""),
        ("3", "4", 1.0, "test"),
    )
    facts = table("head relation tail", ("new", "starring", "1"), ("new", "", "2"))
    updated = graph.update(events=events, facts=facts)
    report = updated.update_report
    assert report is not None
    assert (report.new_nodes, report.quality.set_aside) == (1, 4)
    assert "row 4: user=3, item=4" in str(report)
    assert str(report).startswith("new nodes: 1\n")
    assert updated.update(facts=facts).update_report.quality.set_aside == 1  # type: ignore[union-attr]


def test_nothing_but_bad_rows_changes_nothing(graph: KnowledgeGraph, table: Look) -> None:
    updated = graph.update(events=table("user item", (None, "1")))
    assert updated.version == graph.version == 0
    assert updated.nodes is graph.nodes
    assert str(updated.update_report).startswith("nothing changed\nevents, column 'user': 1 row")
    assert graph.update().changes == ()


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (
            {"events": pl.DataFrame({"user": ["1"], "film": ["2"]})},
            "column 'item': the column is missing",
        ),
        (
            {"facts": pl.DataFrame({"head": ["1"], "tail": ["2"]})},
            "column 'relation': the column is missing",
        ),
        ({"items": 3}, "items: a int is no table"),
        ({"removed": 3}, "3 is neither a node nor an edge"),
        ({"removed": [("item:1", "starring")]}, "is neither a node nor an edge"),
        (
            {"removed": pl.DataFrame({"head": ["1"], "tail": ["2"]})},
            "column 'relation': the column is missing",
        ),
        ({"candidates": pl.DataFrame({"item": ["nowhere"]})}, "no candidate is an item"),
    ],
)
def test_a_table_that_cannot_be_used(
    graph: KnowledgeGraph, tables: dict[str, Any], words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        graph.update(**tables)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "arrow"])
def test_tables_of_any_library(
    graph: KnowledgeGraph, kind: str, literals: Look, table: Look, tails: Look
) -> None:
    frame = table("item title year", ("1", "New", 2001))
    given = {
        "polars": frame,
        "lazy": frame.lazy(),
        "pandas": pd.DataFrame({"item": ["1"], "title": ["New"], "year": [2001]}),
        "arrow": pa.table({"item": ["1"], "title": ["New"], "year": [2001]}),
    }[kind]
    gone = {
        "head": ["item:2"],
        "relation": ["has_genre"],
        "tail": [tails(graph, "item:2", "has_genre")[0]],
    }
    removed = {"pandas": pd.DataFrame, "arrow": pa.table}.get(kind, pl.DataFrame)(gone)
    updated = graph.update(items=given, removed=removed)
    assert updated.label("item:1") == "New"
    assert literals(updated, "item:1")["year"] == 2001
    assert (
        len(tails(updated, "item:2", "has_genre")) == len(tails(graph, "item:2", "has_genre")) - 1
    )


# Facts.


def test_facts_take_canonical_names_and_directions(
    graph: KnowledgeGraph, table: Look, tails: Look
) -> None:
    updated = graph.update(facts=table("head relation tail", ("1", "director", "new person")))
    assert "entity:new person" in tails(updated, "item:1", "directed_by")
    assert updated.node("entity:new person")["type"] == "Person"
    assert updated.update_report.renamed == 1  # type: ignore[union-attr]


def test_a_fact_is_there_once_and_never_tells_an_interaction(
    graph: KnowledgeGraph, edges: Look, table: Look
) -> None:
    known = edges(graph, relation="starring")[0]
    facts = table(
        "head relation tail head_kind tail_kind",
        (known["head"][5:], "starring", known["tail"][7:], "item", "entity"),
        ("1", "interacted", "2", "user", "item"),
        ("1", "related_to", "1", "item", "item"),
    )
    report = graph.update(facts=facts).update_report
    assert report is not None
    assert (report.new_edges, report.merged, report.leaking, report.self_loops) == (0, 1, 1, 1)


def test_a_fact_that_would_tell_a_validation_interaction_is_set_aside(
    make: Make, table: Look
) -> None:
    graph = KnowledgeGraph.build(make(valid=[("2", "1")]))
    facts = table("head relation tail head_kind tail_kind", ("2", "rates", "1", "user", "item"))
    updated = graph.update(facts=facts)
    assert updated.version == 0
    assert "the answer would leak" in str(updated.update_report)


def test_undeclared_relations_keep_up(graph: KnowledgeGraph, table: Look) -> None:
    fact = table("head relation tail", ("1", "smells_of", "roses"))
    updated = graph.update(facts=fact)
    assert updated.report.undeclared == (*graph.report.undeclared, "smells_of")
    gone = updated.update(removed=[("item:1", "smells_of", "entity:roses")])
    assert gone.report.undeclared == graph.report.undeclared


def test_inverses_that_building_found_hold_for_updates(
    make: Make, table: Look, tails: Look
) -> None:
    items = [str(number) for number in range(30)]
    catalog = pl.DataFrame({"item": items, "title": items})
    facts = [
        fact
        for item in items
        for fact in ((item, "made_in", "town"), ("town", "makes", item, "entity", "item"))
    ]
    graph = KnowledgeGraph.build(make(facts=facts, items=catalog))
    assert [pair.swapped for pair in graph.report.inverses] == ["makes"]
    more = table("head relation tail head_kind tail_kind", ("city", "makes", "3", "entity", "item"))
    updated = graph.update(facts=more)
    assert tails(updated, "item:3", "made_in") == ["entity:city", "entity:town"]
    gone = updated.update(removed=[("entity:city", "makes", "item:3")])
    assert tails(gone, "item:3", "made_in") == ["entity:town"]


# Removing.


def test_removing_nodes_and_edges(graph: KnowledgeGraph, edges: Look, tails: Look) -> None:
    edge = edges(graph, relation="starring")[0]
    triple = (edge["head"], "actor", edge["tail"])
    updated = graph.update(removed=["item:40", "user:3", triple])
    ends = set(updated.edges["head"]) | set(updated.edges["tail"])
    assert not {"item:40", "user:3"} & ({*updated.nodes["key"]} | ends)
    assert edge["tail"] not in tails(updated, edge["head"], "starring")
    change = updated.changes[0]
    assert set(change.removed_nodes["key"]) == {"item:40", "user:3"}
    assert change.removed_edges.height == graph.edges.height - updated.edges.height
    assert graph.update(removed="user:3").nodes.height == graph.nodes.height - 1


def test_a_time_chooses_among_edges(graph: KnowledgeGraph, edges: Look, table: Look) -> None:
    edge = edges(graph, relation=INTERACTED)[0]
    chosen = table(
        "head relation tail timestamp", (edge["head"], INTERACTED, edge["tail"], edge["timestamp"])
    )
    assert graph.update(removed=chosen).edges.height == graph.edges.height - 1
    with pytest.raises(UnknownIdError, match="there is no edge"):
        graph.update(removed=chosen.with_columns(timestamp=pl.lit(1)))


@pytest.mark.parametrize(
    ("removed", "words"),
    [
        (["item:1", "item:999"], "no node 'item:999' in the graph that could be removed"),
        ([("item:1", "starring", "entity:nobody")], "no edge 'item:1' starring 'entity:nobody'"),
    ],
)
def test_removing_what_is_not_there_does_nothing_by_half(
    graph: KnowledgeGraph, removed: list[Any], words: str, table: Look
) -> None:
    before = everything(graph)
    with pytest.raises(UnknownIdError, match=words):
        graph.update(events=table("user item", ("1", "x9")), removed=removed)
    assert everything(graph) == before


def test_what_is_removed_may_be_added_in_the_same_update(
    graph: KnowledgeGraph, edges: Look, table: Look
) -> None:
    updated = graph.update(removed=["item:1"], items=table("item title", ("1", "Again")))
    assert updated.label("item:1") == "Again"
    assert updated.neighbours("item:1").is_empty()
    change = updated.changes[0]
    assert change.removed_nodes.is_empty()
    edge = edges(graph, relation="starring")[0]
    fact = table("head relation tail", (edge["head"][5:], "starring", edge["tail"][7:]))
    same = graph.update(
        facts=fact.with_columns(tail_kind=pl.lit("entity")),
        removed=[(edge["head"], "starring", edge["tail"])],
    )
    assert same.version == 0


def test_candidates_keep_up(build: Callable[..., KnowledgeGraph], table: Look) -> None:
    graph = build([("u", "a"), ("u", "b"), ("u", "c")], candidates=["a", "b"])
    assert graph.update(removed=["item:a"]).candidates == ("b",)
    events = table("user item", ("u", "new"))
    assert graph.update(events=events).candidates == ("a", "b")
    more = graph.update(events=events, candidates=table("item", ("new",), ("nowhere",)))
    assert more.candidates == ("a", "b", "new")
    assert "the candidate is no item" in str(more.update_report)
    with pytest.raises(GraphError, match="no item could be recommended"):
        graph.update(removed=["item:a", "item:b"])
    Features.of(graph.update(removed=["item:a"]))


def test_a_rule_that_would_be_broken_leaves_the_graph_alone(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, table: Look
) -> None:
    from kgrec.graph.versions import update

    monkeypatch.setattr(update, "renewed_users", lambda *_: NODES.to_frame())
    before = everything(graph)
    with pytest.raises(GraphError, match="does not begin at a user"):
        graph.update(events=table("user item", ("nobody", "1")))
    assert everything(graph) == before


# A change is the difference, and only that.


def test_a_change_is_only_the_difference(graph: KnowledgeGraph, edges: Look, table: Look) -> None:
    user, item = edges(graph, relation=INTERACTED)[0]["head"][5:], "40"
    updated = graph.update(
        events=table("user item", (user, item)),
        items=table("item title", ("2", graph.label("item:2"))),
    )
    change = updated.changes[0]
    assert change.nodes.is_empty()
    assert change.edges.height == 1
    assert change.edges.schema == EDGES
    assert change.removed_nodes.is_empty()


def test_the_store_of_an_earlier_version_is_told_only_what_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fresh = KnowledgeGraph.build(tiny_dataset())
    query = "MATCH (n:Item) RETURN count(n) AS items"
    assert fresh.cypher(query).rows == [[40]]
    monkeypatch.setattr(EmbeddedStore, "write", None)
    second = fresh.update(removed=["item:1"]).update(removed=["item:2", "item:3"])
    assert second.cypher(query).rows == [[37]]
    assert second.update().cypher(query).rows == [[37]]
    assert fresh.cypher(query).rows == [[40]]


# What facts carry.


def test_new_facts_carry_what_they_carry(make: Make, edges: Look, table: Look) -> None:
    graph = KnowledgeGraph.build(make(facts=[("1", "directed_by", "p")]))
    added = table(
        "head relation tail weight timestamp event properties",
        ("p", "DIRECTED", "1", 2.0, 5, None, '{"cut": "final"}'),
        ("1", "directed_by", "p", 3.0, None, None, '{"since": 1999}'),
    ).with_columns(head_kind=pl.Series(["entity", "item"]), tail_kind=pl.Series(["item", "entity"]))
    updated = graph.update(facts=added)
    found = [
        (edge["weight"], edge["timestamp"], edge["properties"])
        for edge in edges(updated, relation="directed_by")
    ]
    assert sorted(found, key=str) == [
        (1.0, None, '{"since": 1999}'),  # it was there already, but said nothing
        (2.0, 5, '{"cut": "final"}'),
    ]
    assert updated.update(facts=added).version == updated.version
    report = updated.update_report
    assert report is not None
    assert report.new_edges == 1
