from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bound import moved, plain_matrix
from benchmarks.growth import Size, row
from benchmarks.power_law import Shape, drawn, invented
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph


@given(st.integers(1, 50), st.integers(0, 200), st.integers(0, 9))
def test_drawn_nodes_exist(nodes: int, size: int, seed: int) -> None:
    found = drawn(np.random.default_rng(seed), nodes, size)
    assert len(found) == size
    assert ((found >= 0) & (found < nodes)).all()


def test_few_nodes_have_most_edges() -> None:
    counts = np.bincount(drawn(np.random.default_rng(0), 1000, 50_000), minlength=1000)
    counts.sort()
    assert counts[-100:].sum() > counts[:-100].sum()


def test_an_invented_dataset_makes_a_graph() -> None:
    data = invented(Shape.of(2000))
    features = Features.of(KnowledgeGraph.build(data))
    assert 1000 < data.train.height + data.valid.height + data.facts.height <= 2000
    assert features.valid.nnz == data.valid.height
    assert len(features.relations) == data.facts["relation"].n_unique()
    pairs = pl.concat([data.train, data.valid]).select("user", "item")
    assert not pairs.is_duplicated().any()


def test_only_users_grow_where_the_catalog_is_fixed() -> None:
    small, large = Shape.of(1000, catalog=50), Shape.of(10_000, catalog=50)
    assert small.items == large.items == large.entities == 50
    assert (large.users, large.facts) == (10 * small.users, 10 * small.facts)


def test_growth_beyond_what_is_asked_is_marked() -> None:
    line = row(Size(100, 1.0, 50.0), Size(300, 3.2, 170.0))
    assert line == "| 300 | 3.20 | 1.07 | 170 | 1.13 (!) |"


def test_the_plain_matrix_has_every_fact_twice() -> None:
    matrix = plain_matrix(np.array([[0, 0, 1], [0, 1, 2]]), 3).to_dense().numpy()
    assert (matrix == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]).all()
    assert moved(4, 3, 128) == (4 + 3) * 520
