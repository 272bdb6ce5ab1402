from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec import KnowledgeGraph
from kgrec.data import DatasetInfo, clean
from kgrec.errors import DataError
from kgrec.graph.vectors import (
    modality_names,
    only_vectors,
    vectors_of,
    with_own_vectors,
    without_literals,
)


def graph_of(vectors: np.ndarray, **columns: Sequence[object]) -> KnowledgeGraph:
    ids = [f"i{number}" for number in range(len(vectors))]
    rows = pl.Series([row.tolist() if row.any() else None for row in vectors])
    table = pl.DataFrame({"item": ids, "image": rows.cast(pl.List(pl.Float32)), **columns})
    events = pl.DataFrame({"user": ["u"] * len(ids), "item": ids})
    return KnowledgeGraph.build(clean({"train": events, "items": table}, DatasetInfo("made")))


def keys(graph: KnowledgeGraph) -> list[str]:
    return graph.nodes.filter(pl.col("kind") == "item")["key"].to_list()


@given(rows=st.integers(1, 4), size=st.integers(8, 12), seed=st.integers(0, 99))
def test_a_graph_gives_vectors_back_to_the_last_bit(rows: int, size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(rows, size)).astype(np.float32)
    vectors[random.random(rows) < 0.3] = 0
    vectors[0, 0] = 1
    graph = graph_of(vectors)
    found = vectors_of(graph.nodes, keys(graph))
    assert list(found) == ["image"]
    assert np.array_equal(found["image"], vectors)


def test_short_lists_and_those_of_different_lengths_are_no_vectors_unless_asked_for() -> None:
    graph = graph_of(np.ones((2, 3), dtype=np.float32), properties=['{"a": [1, 2]}', None])
    assert vectors_of(graph.nodes, keys(graph)) == {}
    assert vectors_of(graph.nodes, keys(graph), ["image"])["image"].shape == (2, 3)
    with pytest.raises(DataError, match="'a' of the node 'item:i0'"):
        vectors_of(graph.nodes, keys(graph), ["a"])
    longer = pl.DataFrame({"item": ["n"], "image": [[0.5] * 4]})
    with pytest.raises(DataError, match="item:n"):
        vectors_of(graph.update(items=longer).nodes, keys(graph), ["image"])


def test_literals_without_vectors_and_vectors_without_literals() -> None:
    graph = graph_of(np.eye(2, 9, dtype=np.float32), year=[1, 2])
    assert modality_names(graph) == ("image",)
    bare = without_literals(graph, ["image"])
    assert modality_names(bare) == ()
    assert '"year":1' in bare.node("item:i0")["properties"]
    kept = only_vectors(graph.nodes["properties"], ("image",))
    assert "year" not in "".join(kept)
    turned = graph.nodes["properties"].reverse()
    mixed = graph.nodes.with_columns(
        with_own_vectors(turned, graph.nodes["properties"], ("image",))
    )
    same = vectors_of(mixed, keys(graph))["image"]
    assert np.array_equal(same, vectors_of(graph.nodes, keys(graph))["image"])
