from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.evaluation.fairness import (
    exposure,
    exposure_gap,
    group_means,
    group_shares,
    largest_gap,
)

PER_USER = pl.DataFrame({"user": list("abcd"), "NDCG@2": [0.1, 0.3, 0.8, 1.0]})
GROUPS = pl.DataFrame({"user": list("aabbcz"), "group": list("xxxyyy")})


def test_means_of_groups_that_may_overlap() -> None:
    means = group_means(PER_USER, GROUPS)
    assert means.columns == ["group", "users", "NDCG@2"]
    assert means.rows() == [("x", 2, pytest.approx(0.2)), ("y", 2, pytest.approx(0.55))]
    assert largest_gap(PER_USER, GROUPS, "NDCG@2") == pytest.approx(0.35)


def test_one_group_or_none_has_no_gap() -> None:
    assert largest_gap(PER_USER, GROUPS.head(2), "NDCG@2") == 0
    assert largest_gap(PER_USER, GROUPS.clear(), "NDCG@2") == 0


def test_exposure_falls_with_the_rank() -> None:
    seen = exposure(np.array([[2, 0], [2, -1]]), 4)
    assert seen.tolist() == pytest.approx([1 / math.log2(3), 0, 2, 0])
    assert exposure(np.full((2, 3), -1), 2).tolist() == [0, 0]


def test_shares_divide_an_item_among_its_values() -> None:
    values = csr_matrix(np.array([[1, 0], [1, 1], [0, 0]]))
    assert group_shares([2, 2, 4], values).tolist() == [3 / 8, 1 / 8, 4 / 8]
    assert group_shares([0, 0, 0], values).tolist() == [0, 0, 0]


@given(seed=st.integers(0, 999), items=st.integers(1, 9), groups=st.integers(0, 4))
def test_shares_are_a_distribution_and_gaps_a_distance(seed: int, items: int, groups: int) -> None:
    rng = np.random.default_rng(seed)
    values = csr_matrix(rng.random((items, groups)) < 0.4)
    one, other, third = (group_shares(rng.random(items), values) for _ in range(3))
    assert one.shape == (groups + 1,)
    assert one.sum() == pytest.approx(1)
    assert (one >= 0).all()
    assert exposure_gap(one, one) == 0
    assert 0 <= exposure_gap(one, other) == exposure_gap(other, one) <= 1 + 1e-12
    far = exposure_gap(one, third)
    assert far <= exposure_gap(one, other) + exposure_gap(other, third) + 1e-12


def test_the_largest_gap_of_shares_is_one() -> None:
    assert exposure_gap(np.array([1.0, 0, 0]), np.array([0, 0.5, 0.5])) == 1
