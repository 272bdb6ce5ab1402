from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from kgrec.evaluation.explanations.against import against, by_user, ratio


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "user": ["1", "1", "2", "3"],
            "strongest_rank_drop": [6.0, 0.0, 4.0, 2.0],
            "control_same_paths": [0.0, 0.0, 1.0, 0.0],
            "strongest_same_paths": [1.0] * 4,
            "control_rank_drop": [2.0, 0.0, 4.0, 1.0],
            "strongest_score_drop": [3.0, 2.0, 4.0, 1.0],
            "control_score_drop": [1.0, 1.0, 4.0, 0.5],
        }
    )


def test_shares_and_means_by_hand(table: pl.DataFrame) -> None:
    found = against(table, "control")
    assert (found.larger, found.tied, found.tied_at_none) == (0.5, 0.5, 0.25)
    assert found.same_paths == 0.25
    assert (found.larger_score, found.three_times, found.three_times_score) == (0.75, 0.25, 0.25)
    # Users count alike: user 1 with the mean of two.
    assert found.rank_drop.mean == pytest.approx((1 + 4 + 1) / 3)
    assert found.difference.mean == pytest.approx((2 + 0 + 1) / 3)
    assert found.ratio is not None
    assert found.ratio.mean == pytest.approx((3 + 4 + 2) / (1 + 4 + 1))
    assert found.ratio.low <= found.ratio.mean <= found.ratio.high
    assert found.to_dict()["ratio"]["mean"] == found.ratio.mean


def test_two_equal_orders_tie_everywhere(table: pl.DataFrame) -> None:
    found = against(table, "strongest")
    assert (found.larger, found.tied, found.difference.mean, found.p_value) == (0, 1, 0, 1)


def test_users_come_in_one_order(table: pl.DataFrame) -> None:
    ours, theirs = by_user(table, "strongest_rank_drop", "control_rank_drop")
    assert ours.tolist() == [3, 4, 2]
    assert theirs.tolist() == [1, 4, 1]


def test_the_ratio_of_pairs() -> None:
    values = np.arange(1.0, 40.0)
    exact = ratio(3 * values, values)
    assert exact is not None
    assert (exact.mean, exact.low, exact.high) == pytest.approx((3, 3, 3))
    assert ratio(values, np.zeros_like(values)) is None
    single = ratio(np.array([4.0]), np.array([2.0]))
    assert single is not None
    assert (single.low, single.high) == (2, 2)
    rare = np.array([1.0, 0, 0, 0])
    found = ratio(np.ones(4), rare)
    assert found is not None
    assert found.high == np.inf
