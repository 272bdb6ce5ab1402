from __future__ import annotations

import json

import polars as pl

from kgrec.data import DatasetInfo, clean
from kgrec.graph import KnowledgeGraph

DATE = {"@value": "1999-03-31", "@type": "xsd:date"}


def build(**tables: pl.DataFrame) -> KnowledgeGraph:
    train = pl.DataFrame({"user": ["u", "v"], "item": ["i", "j"]})
    facts = pl.DataFrame({"head": ["i"], "relation": ["r"], "tail": ["e"]})
    return KnowledgeGraph.build(clean({"train": train, "facts": facts} | tables, DatasetInfo("x")))


def test_properties_of_every_kind_of_node_are_kept_as_they_are() -> None:
    cell = json.dumps({"released": DATE, "n": 1.0, "a|b": ["c|d"]})
    graph = build(
        items=pl.DataFrame({"item": ["i", "j"], "properties": [cell, None], "year": [1, 2]}),
        users=pl.DataFrame({"user": ["u"], "properties": [cell]}),
        labels=pl.DataFrame({"entity": ["e"], "label": ["E"], "properties": [cell]}),
    )
    read = {key: json.loads(graph.node(key)["properties"]) for key in graph.nodes["key"]}
    assert read["item:i"] == {"year": 1} | json.loads(cell)
    assert read["item:j"] == {"year": 2}
    assert read["user:u"] == read["entity:e"] == json.loads(cell)
    assert '"n":1.0' in graph.node("entity:e")["properties"].replace(" ", "")
    assert not graph.edges.filter(relation="has_properties").height


def test_a_user_may_have_a_name() -> None:
    graph = build(users=pl.DataFrame({"user": ["u", "v"], "title": ["Ann", None]}))
    assert (graph.label("user:u"), graph.label("user:v")) == ("Ann", "v")
