from __future__ import annotations

from datetime import date

import networkx as nx
import numpy as np
import pytest

from kgrec.errors import DataError
from kgrec.graph.imports import Mapping
from kgrec.graph.imports.networkx import UNTYPED, networkx_graph


def mapping(**changes: str) -> Mapping:
    return Mapping(users=("U",), items=("I",), interactions=("r",), **changes)


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_every_kind_of_graph(kind: type[nx.Graph]) -> None:
    graph = kind()
    graph.add_node("a", label="U")
    graph.add_node("b", label="U")
    graph.add_edge("a", "b", type="r", w=2)
    foreign = networkx_graph(graph)
    assert foreign.edges.rows() == [("a", "r", "b", '{"w": 2}')]
    assert foreign.nodes.rows() == [("a", ["U"], "{}"), ("b", ["U"], "{}")]


def test_parallel_edges_are_all_there_and_keys_name_types() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="likes")
    graph.add_edge("a", "b", key="likes2")
    graph.add_edge("a", "c")
    assert networkx_graph(graph).edges["type"].to_list() == ["likes", "likes2", UNTYPED]


def test_nodes_that_look_alike_stay_two() -> None:
    graph = nx.DiGraph([(1, "1"), ("1", (1, 2))])
    foreign = networkx_graph(graph)
    assert foreign.nodes["id"].to_list() == ["1 (int)", "1", "(1, 2)"]


def test_values_become_json() -> None:
    graph = nx.Graph()
    numbers = {"n": np.int64(3), "v": np.array([1.5, 2.0])}
    graph.add_node("a", **numbers, d=date(2024, 1, 2), s={"y", "x"}, o=None)
    assert networkx_graph(graph).nodes["properties"][0] == (
        '{"n": 3, "v": [1.5, 2.0], "d": {"@value": "2024-01-02", "@type": "xsd:date"}, '
        '"s": ["x", "y"]}'
    )


def test_labels_in_the_form_of_neo4j() -> None:
    graph = nx.DiGraph()
    graph.add_node(0, labels=":Person:Actor")
    graph.add_node(1, labels=["B", "A"])
    assert networkx_graph(graph).nodes["labels"].to_list() == [["Person", "Actor"], ["A", "B"]]


def test_attributes_can_be_named() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", sort="U", label="Ann")
    graph.add_edge("a", "b", how="r")
    foreign = networkx_graph(graph, mapping(class_attribute="sort", type_attribute="how"))
    assert foreign.nodes["labels"].to_list() == [["U"], []]
    assert foreign.edges["type"].to_list() == ["r"]
    with pytest.raises(DataError, match="'class_attribute' names the attribute 'srt'"):
        networkx_graph(graph, mapping(class_attribute="srt"))
