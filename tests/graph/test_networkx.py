from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import StoreError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.networkx import from_networkx, read_graphml, to_networkx, write_graphml

Check = Callable[[Content, Content], None]
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def for_xml(table: pl.DataFrame) -> pl.DataFrame:
    """Exchange each character that XML cannot hold for one of its own that it can."""
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    return table.with_columns(
        pl.Series(name, [value and _NOT_XML.sub(_private, value) for value in table[name]]).cast(
            pl.String
        )
        for name in texts
    )


def _private(match: re.Match[str]) -> str:
    return chr(0xE000 + ord(match.group()) % 0xFFF)


def test_every_node_and_edge_is_copied(graph: KnowledgeGraph) -> None:
    copy = graph.to_networkx()
    assert copy.number_of_nodes() == graph.nodes.height
    assert copy.number_of_edges() == graph.edges.height
    row = graph.edges.row(0, named=True)
    assert copy.has_edge(row["head"], row["tail"], key=row["relation"])
    node = graph.nodes.row(-1, named=True)
    assert copy.nodes[node["key"]]["label"] == node["label"]
    assert isinstance(copy.nodes["item:1"]["properties"]["year"], int)


def test_nothing_is_lost_in_networkx(
    any_content: st.SearchStrategy[Content], check_same: Check
) -> None:
    @given(any_content)
    def law(content: Content) -> None:
        check_same(from_networkx(to_networkx(content)), content)

    law()


def test_nothing_is_lost_in_graphml(
    any_content: st.SearchStrategy[Content], check_same: Check, tmp_path: Path
) -> None:
    @given(any_content)
    def law(content: Content) -> None:
        content = Content(for_xml(content.nodes), for_xml(content.edges), content.header)
        write_graphml(content, tmp_path / "g.graphml")
        check_same(read_graphml(tmp_path / "g.graphml"), content)

    law()


def test_edges_of_one_relation_stay_apart(graph: KnowledgeGraph) -> None:
    first = graph.edges.head(1)
    again = first.with_columns(timestamp=pl.lit(7, pl.Int64))
    content = Content(graph.nodes, pl.concat([first, again]), {})
    copy = to_networkx(content)
    assert copy.number_of_edges() == 2
    relation = first["relation"][0]
    assert [key for _, _, key in copy.edges(keys=True)] == [relation, f"{relation} #2"]


def test_a_control_character_is_named(graph: KnowledgeGraph, tmp_path: Path) -> None:
    nodes = graph.nodes.head(2).with_columns(label=pl.lit("a\x01b"))
    content = Content(nodes, graph.edges.clear(), {})
    with pytest.raises(StoreError, match="control character in the label of 'user:1'"):
        write_graphml(content, tmp_path / "g.graphml")
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "g.graphml"
    with pytest.raises(StoreError, match="no such file"):
        read_graphml(path)
    path.write_text("<graphml>")
    with pytest.raises(StoreError, match="not valid GraphML"):
        read_graphml(path)
    nx.write_graphml(nx.path_graph(3), path)
    with pytest.raises(StoreError, match="from_networkx"):
        read_graphml(path)
