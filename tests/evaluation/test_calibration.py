from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.evaluation import calibration
from kgrec.evaluation.calibration import equal_parts, miscalibration

# Two of one genre, two of the other, one of both, one of none.
GENRES = csr_matrix(np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [0, 0]]))


def rows(*lists: list[int]) -> csr_matrix:
    dense = np.zeros((len(lists), 6))
    for row, items in enumerate(lists):
        dense[row, items] = 1
    return csr_matrix(dense)


def test_the_mixture_of_the_history_is_perfect() -> None:
    assert miscalibration(np.array([[1, 3]]), rows([0, 2]), GENRES) == pytest.approx(0)
    assert miscalibration(np.array([[4, -1]]), rows([0, 2]), GENRES) == pytest.approx(0)


def test_nothing_of_it_is_the_logarithm_of_alpha() -> None:
    worst = miscalibration(np.array([[2, 3]]), rows([0, 1]), GENRES, alpha=0.02)
    assert worst == pytest.approx(math.log(1 / 0.02))


def test_items_without_a_value_and_users_without_either_side_do_not_count() -> None:
    items = np.array([[2, 5], [5, -1], [-1, -1], [2, 3], [2, 3]])
    history = rows([0, 5], [0], [0], [5], [])
    alone = miscalibration(items[:1], history[:1], GENRES)
    assert miscalibration(items, history, GENRES) == pytest.approx(alone)
    assert miscalibration(items[1:], history[1:], GENRES) == 0
    assert miscalibration(np.zeros((0, 2), dtype=np.int64), rows(), GENRES) == 0


def test_parts_sum_to_one_or_there_are_none() -> None:
    assert equal_parts(GENRES * 3).sum(axis=1).ravel().tolist() == [[1, 1, 1, 1, 1, 0]]
    assert equal_parts(GENRES)[4].toarray().tolist() == [[0.5, 0.5]]


@given(seed=st.integers(0, 10_000), alpha=st.floats(0.001, 0.5), block=st.sampled_from([1, 2, 99]))
def test_equals_the_divergence_of_scipy_whatever_the_block(
    seed: int, alpha: float, block: int
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.random((7, 3)) < 0.5
    history = rng.random((4, 7)) < 0.5
    items = np.stack([rng.permutation(7)[:3] for _ in range(4)])
    parts = values / np.maximum(values.sum(axis=1, keepdims=True), 1)
    expected = []
    for taken, given_ in zip(history, items, strict=True):
        p, q = parts[taken].sum(axis=0), parts[given_].sum(axis=0)
        if p.any() and q.any():
            p, q = p / p.sum(), q / q.sum()
            expected.append(scipy.stats.entropy(p, (1 - alpha) * q + alpha * p))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "_USERS", block)
        found = miscalibration(items, csr_matrix(history), csr_matrix(values), alpha=alpha)
    assert found == pytest.approx(np.mean(expected) if expected else 0, abs=1e-12)
    assert 0 <= found <= math.log(1 / alpha) + 1e-9
