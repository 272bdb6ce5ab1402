from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from kgrec.errors import DataError
from kgrec.evaluation.compare import Interval, bootstrap, paired_bootstrap


def table(values: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"user": [str(n) for n in range(len(values))], "NDCG@20": values})


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution() -> None:
    values = np.random.default_rng(0).normal(2.0, 3.0, size=900)
    interval = bootstrap(values)
    half = 1.96 * values.std() / np.sqrt(values.size)
    assert interval.mean == pytest.approx(values.mean())
    assert interval.low == pytest.approx(values.mean() - half, abs=0.03)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.03)


def test_a_lower_level_gives_a_narrower_interval() -> None:
    values = np.random.default_rng(1).random(100)
    wide, narrow = bootstrap(values, level=0.99), bootstrap(values, level=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_same_seed_same_interval() -> None:
    values = np.random.default_rng(2).random(50)
    assert bootstrap(values, seed=3) == bootstrap(values, seed=3)
    assert bootstrap(values, seed=3) != bootstrap(values, seed=4)


def test_pairing_finds_a_small_difference_under_large_noise() -> None:
    noise = np.random.default_rng(3).random(200)
    first, second = table(noise + 0.01), table(noise)
    interval = paired_bootstrap(first, second.sample(fraction=1, shuffle=True, seed=0), "NDCG@20")
    assert interval.mean == pytest.approx(0.01)
    assert interval.excludes_zero


def test_swapping_the_systems_turns_the_sign() -> None:
    rng = np.random.default_rng(4)
    first, second = table(rng.random(80)), table(rng.random(80))
    forth = paired_bootstrap(first, second, "NDCG@20")
    back = paired_bootstrap(second, first, "NDCG@20")
    assert forth.mean == pytest.approx(-back.mean)
    assert forth.low == pytest.approx(-back.high)


def test_a_system_does_not_differ_from_itself() -> None:
    same = table(np.random.default_rng(5).random(20))
    interval = paired_bootstrap(same, same, "NDCG@20")
    assert interval == Interval(0.0, 0.0, 0.0)
    assert not interval.excludes_zero


def test_other_users_and_no_users_are_refused() -> None:
    with pytest.raises(DataError, match="different users"):
        paired_bootstrap(table(np.ones(3)), table(np.ones(2)), "NDCG@20")
    with pytest.raises(DataError, match="no user"):
        bootstrap(np.array([]))
