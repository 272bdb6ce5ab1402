from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.rdf import node_iri
from kgrec.graph.rdf.files import WRITTEN, read_file, write_file


def assert_same(one: Content, other: Content) -> None:
    assert json.loads(json.dumps(one.header)) == json.loads(json.dumps(other.header))
    for left, right in ((one.nodes, other.nodes), (one.edges, other.edges)):
        assert_frame_equal(parsed(left), parsed(right), check_row_order=False)


def parsed(table: pl.DataFrame) -> pl.DataFrame:
    """Properties in one form: types of numbers stay apart, null values and order do not count."""
    texts = []
    for text in table["properties"]:
        values = json.loads(text or "{}")
        present = {name: value for name, value in values.items() if value is not None}
        texts.append(json.dumps(present, sort_keys=True))
    return table.with_columns(properties=pl.Series(texts, dtype=pl.String))


def in_rdf(content: Content) -> Content:
    """Leave out what cannot be: an item and an entity of one IRI."""
    iris = [str(node_iri(key)) for key in content.nodes["key"]]
    assume(len(set(iris)) == len(iris))
    return content


@pytest.mark.parametrize("ending", WRITTEN)
@pytest.mark.parametrize("ontology", [False, True])
def test_a_graph_comes_back(
    graph: KnowledgeGraph, ending: str, ontology: bool, tmp_path: Path
) -> None:
    path = tmp_path / f"graph{ending}"
    write_file(graph.content(), path, ontology=ontology)
    assert_same(graph.content(), read_file(path))


@pytest.mark.parametrize("ending", WRITTEN)
def test_round_trips_lose_nothing(
    ending: str, any_content: st.SearchStrategy[Content], tmp_path: Path
) -> None:
    path = tmp_path / f"graph{ending}"

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_content)
    def check(content: Content) -> None:
        write_file(in_rdf(content), path)
        assert_same(content, read_file(path))

    check()
