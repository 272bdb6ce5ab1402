from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.spatial.distance import jaccard

from kgrec.evaluation import diversity
from kgrec.evaluation.diversity import intra_list_distance

FEATURES = csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [0, 1, 1], [0, 0, 0], [0, 0, 0]]))


def distance(items: list[list[int]]) -> float:
    return intra_list_distance(np.array(items), FEATURES)


def test_by_hand() -> None:
    assert distance([[0, 1]]) == 0
    assert distance([[0, 2]]) == pytest.approx(2 / 3)
    assert distance([[0, 1, 2]]) == pytest.approx((0 + 2 / 3 + 2 / 3) / 3)
    assert distance([[0, 1, -1], [2, 0, 1]]) == pytest.approx((0 + 4 / 9) / 2)


def test_items_of_which_nothing_is_known_share_nothing() -> None:
    assert distance([[3, 4]]) == distance([[0, 3]]) == 1


def test_lists_without_a_pair_do_not_count() -> None:
    assert distance([[0, -1], [-1, -1]]) == 0
    assert distance([[0, -1], [0, 2]]) == pytest.approx(2 / 3)
    assert intra_list_distance(np.zeros((2, 1), dtype=np.int64), FEATURES) == 0


def test_weights_and_repeated_entries_do_not_count() -> None:
    heavy = csr_matrix(([5.0, 2.0, 2.0, 7.0], ([0, 0, 0, 1], [0, 1, 1, 0])), shape=(2, 2))
    heavy.sum_duplicates = lambda: None
    assert intra_list_distance(np.array([[0, 1]]), heavy) == pytest.approx(1 / 2)


@given(seed=st.integers(0, 10_000), block=st.sampled_from([1, 7, 2**20]))
def test_equals_scipy_pair_by_pair_whatever_the_block(seed: int, block: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.random((9, 6)) < 0.4
    lists = [rng.permutation(9)[: rng.integers(0, 6)] for _ in range(5)]
    items = np.array([[*each, *[-1] * (6 - len(each))] for each in lists])
    means = []
    for each in lists:
        pairs = list(itertools.combinations(each, 2))
        apart = [
            jaccard(dense[i], dense[j]) if (dense[i] | dense[j]).any() else 1 for i, j in pairs
        ]
        means += [np.mean(apart)] if pairs else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diversity, "_MOST_PAIRS", block)
        patch.setattr(diversity, "_MOST_ROWS", block)
        found = intra_list_distance(items, csr_matrix(dense))
    assert found == pytest.approx(np.mean(means) if means else 0)
    assert 0 <= found <= 1
