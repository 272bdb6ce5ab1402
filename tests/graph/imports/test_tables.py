from __future__ import annotations

import polars as pl
import pytest

import kgrec
from kgrec.errors import DataError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.imports import Mapping, read_tables

NODES = pl.DataFrame(
    {
        "id": [1, 2, 3, 4, 5],
        "label": ["User", "User", "Item", "Item", "Maker"],
        "name": ["Ann", "Bob", "Cup", "Pan", "Tin & Co"],
        "price": [None, None, 2.5, 7.0, None],
    }
)
EDGES = pl.DataFrame(
    {
        "source": [1, 1, 2, 3],
        "target": [3, 4, 3, 5],
        "type": ["bought", "bought", "bought", "made_by"],
        "count": [1, 2, 3, None],
    }
)
MAPPING = Mapping(users=("User",), items=("Item",), interactions=("bought",), weight="count")


@pytest.mark.parametrize("convert", [lambda f: f, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
def test_frames_of_any_library(convert) -> None:
    data = read_tables(convert(NODES), convert(EDGES), MAPPING)
    assert set(data.train.select("user", "item", "weight").iter_rows()) == {
        ("1", "3", 1.0),
        ("1", "4", 2.0),
        ("2", "3", 3.0),
    }
    assert data.items.sort("item")["title"].to_list() == ["Cup", "Pan"]
    assert '"price": 2.5' in data.items.sort("item")["properties"][0]
    assert data.labels.select("entity", "label", "type").rows() == [("5", "Tin & Co", "Maker")]


def test_a_label_that_is_a_name_is_no_class() -> None:
    named = NODES.rename({"label": "class", "name": "label"})
    assert read_tables(named, EDGES, MAPPING).users["title"].to_list() == ["Ann", "Bob"]


def test_several_labels_in_one_cell() -> None:
    several = NODES.with_columns(pl.col("label").replace("Item", "Item|Thing"))
    assert read_tables(several, EDGES, MAPPING).items.height == 2


def test_columns_can_be_named() -> None:
    nodes, edges = NODES.rename({"label": "what"}), EDGES.rename({"type": "how"})
    named = MAPPING.model_copy(update={"class_attribute": "what", "type_attribute": "how"})
    assert read_tables(nodes, edges, named).train.height == 3
    with pytest.raises(DataError, match="no column relation or type"):
        read_tables(nodes, edges, named.model_copy(update={"type_attribute": None}))


def test_what_is_missing_is_named() -> None:
    with pytest.raises(DataError, match="no column head or source"):
        read_tables(NODES, EDGES.drop("source"), MAPPING)
    with pytest.raises(DataError, match="a int is no table"):
        read_tables(3, EDGES, MAPPING)


def test_edges_to_nobody_are_reported() -> None:
    data = read_tables(
        NODES, pl.concat([EDGES, EDGES.tail(1).with_columns(target=pl.lit(9, pl.Int64))]), MAPPING
    )
    assert "the tail of the edge is no node" in str(data.quality)
    assert data.facts.height == 1


@pytest.mark.parametrize("convert", [lambda f: f, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
def test_from_tables_with_a_suggested_mapping(convert) -> None:
    tables = convert(NODES), convert(EDGES)
    mapping = kgrec.suggest_mapping(tables)
    assert (mapping.users, mapping.items) == (("User",), ("Item",))
    assert (mapping.interactions, mapping.weight) == (("bought",), "count")
    graph = KnowledgeGraph.from_tables(*tables, mapping)
    assert set(graph.nodes["key"]) == {"user:1", "user:2", "item:3", "item:4", "entity:5"}
    bought = graph.edges.filter(relation="interacted").select("head", "tail", "weight")
    assert set(bought.rows()) == {
        ("user:1", "item:3", 1.0),
        ("user:1", "item:4", 2.0),
        ("user:2", "item:3", 3.0),
    }
