from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content

Make = Callable[..., Dataset]
Look = Callable[..., Any]


# Nodes.


def test_what_an_items_table_does_not_mention_stays(
    graph: KnowledgeGraph, table: Look, tails: Look
) -> None:
    before = graph.node("item:1")
    updated = graph.update(items=table("item year", ("1", 1907)))
    assert updated.node("item:1") == {**before, "properties": '{"year":1907}'}
    assert tails(updated, "item:1", "has_genre") == tails(graph, "item:1", "has_genre")


def test_columns_of_an_items_table_replace_what_was_there(
    graph: KnowledgeGraph, literals: Look, tails: Look
) -> None:
    items = pl.DataFrame(
        {"item": ["1"], "title": ["New"], "text": [None], "genres": ["Western"], "year": [None]},
        schema_overrides={"text": pl.String, "year": pl.Int64},
    )
    updated = graph.update(items=items)
    node = updated.node("item:1")
    assert (node["label"], node["text"], literals(updated, "item:1")) == ("New", None, {})
    assert tails(updated, "item:1", "has_genre") == ["entity:genre/Western"]
    assert tails(updated, "item:1", "directed_by") == tails(graph, "item:1", "directed_by")
    assert updated.label("entity:genre/Western") == "Western"
    emptied = updated.update(
        items=pl.DataFrame({"item": ["1"], "genres": [None]}, schema=str_str())
    )
    assert tails(emptied, "item:1", "has_genre") == []
    assert "entity:genre/Western" not in emptied.nodes["key"]


def str_str() -> dict[str, type]:
    return {"item": str, "genres": str}


def test_a_column_that_became_a_relation_stays_one(
    graph: KnowledgeGraph, literals: Look, table: Look, tails: Look
) -> None:
    users = table("user country age", ("1", "7", 33), ("new", "Estara", 44))
    updated = graph.update(users=users)
    (relation,) = {relation for column, relation in graph.report.attributes if column == "country"}
    assert updated.label(tails(updated, "user:1", relation)[0]) == "7"
    assert literals(updated, "user:new") == {"age": 44}
    assert updated.report.literals == graph.report.literals


def test_an_item_of_an_event_is_named_when_its_row_comes(
    graph: KnowledgeGraph, table: Look
) -> None:
    first = graph.update(events=table("user item", ("1", "x9")))
    assert (first.label("item:x9"), first.node("item:x9")["type"]) == ("x9", "Film")
    assert first.update(items=table("item title", ("x9", "Nine"))).label("item:x9") == "Nine"
    by_label = first.update(labels=table("entity label", ("x9", "The Ninth")))
    assert by_label.label("item:x9") == "The Ninth"
    before = graph.update(labels=table("entity label", ("x9", "Early")))
    assert before.update(events=table("user item", ("1", "x9"))).label("item:x9") == "Early"


def test_labels_change_names_types_and_texts(graph: KnowledgeGraph, table: Look) -> None:
    labels = table(
        "entity label type text", ("1", "Ann", "Series", "Who?"), ("zz", "Later", None, None)
    )
    updated = graph.update(labels=labels)
    node = updated.node("entity:1")
    assert (node["label"], node["type"], node["text"]) == ("Ann", "Series", "Who?")
    assert updated.report.unused_labels == graph.report.unused_labels + 1
    later = updated.update(facts=table("head relation tail", ("3", "starring", "zz")))
    assert later.label("entity:zz") == "Later"
    partly = updated.update(labels=pl.DataFrame({"entity": ["1"], "label": [None]}, schema=_TWO))
    assert partly.node("entity:1") == node


_TWO = {"entity": str, "label": str}


def test_entities_of_a_store_keep_what_they_have(graph: KnowledgeGraph, table: Look) -> None:
    """Their types and names were stated there, whatever relations say."""
    content = graph.content()
    odd = pl.when(pl.col("key") == "entity:1")
    nodes = content.nodes.with_columns(
        odd.then(pl.lit("Robot")).otherwise("type").alias("type"),
        odd.then(pl.lit('{"born":{"@value":"1999","@type":"xsd:gYear"}}'))
        .otherwise("properties")
        .alias("properties"),
    )
    stored = KnowledgeGraph.from_content(Content(nodes, content.edges, content.header))
    before = stored.node("entity:1")
    more = [("40", "starring", "1"), ("39", "starring", "1")]
    assert stored.update(facts=table("head relation tail", *more)).node("entity:1") == before
    renamed = stored.update(labels=table("entity label", ("1", "R2")))
    assert renamed.node("entity:1") == {**before, "label": "R2"}
