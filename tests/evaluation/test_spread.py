from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.evaluation.spread import average_popularity, gini, novelty, recommendation_counts

LISTS = np.array([[0, 1], [2, -1], [-1, -1]])
COUNTS = np.array([7, 3, 0])


def test_novelty_is_the_mean_information_of_each_list() -> None:
    bits = [-math.log2((count + 1) / 8) for count in COUNTS]
    assert novelty(LISTS, COUNTS, 7) == pytest.approx(((bits[0] + bits[1]) / 2 + bits[2]) / 2)


def test_the_mean_popularity_counts_each_list_once() -> None:
    assert average_popularity(LISTS, COUNTS) == pytest.approx((5 + 0) / 2)


def test_without_lists_everything_is_zero() -> None:
    none = np.full((2, 3), -1)
    assert novelty(none, COUNTS, 7) == average_popularity(none, COUNTS) == 0
    assert recommendation_counts(none, 3).tolist() == [0, 0, 0]
    assert gini(np.zeros(4)) == gini([]) == 0


def test_counts_are_those_of_lists() -> None:
    assert recommendation_counts(np.array([[0, 2], [2, -1]]), 4).tolist() == [1, 0, 2, 0]


numbers = st.lists(st.integers(0, 50), min_size=1, max_size=12)


@given(values=numbers.filter(any))
def test_gini_is_half_the_relative_mean_difference(values: list[int]) -> None:
    differences = np.abs(np.subtract.outer(values, values)).mean()
    assert gini(values) == pytest.approx(differences / (2 * np.mean(values)))
    assert -1e-12 <= gini(values) <= 1 - 1 / len(values) + 1e-12


@given(values=numbers, factor=st.floats(0.1, 9))
def test_gini_knows_neither_scale_nor_order(values: list[int], factor: float) -> None:
    assert gini(np.array(values[::-1]) * factor) == pytest.approx(gini(values))


def test_gini_is_largest_where_one_has_all() -> None:
    assert gini([0, 0, 0, 9]) == pytest.approx(0.75)
    assert gini([5, 5]) == 0


@given(seed=st.integers(0, 99), users=st.integers(1, 9))
def test_popular_lists_are_less_novel(seed: int, users: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.sort(rng.integers(0, users + 1, 8))
    items = np.sort(rng.integers(0, 7, (4, 3)))
    assert 0 <= novelty(items + 1, counts, users) <= novelty(items, counts, users)
    assert novelty(items, counts, users) <= math.log2(users + 1) + 1e-12
    assert average_popularity(items + 1, counts) >= average_popularity(items, counts)
