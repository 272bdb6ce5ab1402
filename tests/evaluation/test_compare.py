from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import DataError
from kgrec.evaluation import compare
from kgrec.evaluation.compare import (
    Interval,
    bootstrap,
    paired_bootstrap,
    paired_randomisation,
    randomisation_test,
    seed_interval,
)


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
    with pytest.raises(DataError, match="different users"):
        paired_randomisation(table(np.ones(3)), table(np.ones(2)), "NDCG@20")
    with pytest.raises(DataError, match="no user"):
        randomisation_test([])


values = st.lists(st.floats(-1, 1).map(lambda value: round(value, 3)), min_size=1, max_size=9)


@given(values=values)
def test_the_p_value_is_the_share_of_all_sign_flips(values: list[float]) -> None:
    total = abs(sum(values))
    flips = itertools.product((1, -1), repeat=len(values))
    sums = [
        abs(sum(sign * each for sign, each in zip(signs, values, strict=True))) for signs in flips
    ]
    exact = np.mean([each >= total - 1e-9 for each in sums])
    found = randomisation_test(values, samples=20_000)
    assert found == pytest.approx(exact, abs=0.02)
    assert 1 / 20_001 <= found <= 1


def test_the_p_value_is_that_of_scipy() -> None:
    values = np.random.default_rng(6).normal(0.2, 1.0, size=60)
    theirs = scipy.stats.permutation_test(
        (values,), np.mean, permutation_type="samples", n_resamples=20_000, rng=0
    )
    assert randomisation_test(values, samples=20_000) == pytest.approx(theirs.pvalue, abs=0.01)


def test_no_difference_is_certain_and_many_blocks_are_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert randomisation_test(np.zeros(5)) == 1
    values = np.random.default_rng(7).normal(0.1, 1.0, size=40)
    whole = randomisation_test(values, seed=1)
    assert whole == randomisation_test(-values, seed=1) == randomisation_test(values, seed=1)
    monkeypatch.setattr(compare, "_MOST_SIGNS", 100)
    assert randomisation_test(values, seed=1) == pytest.approx(whole, abs=0.02)


def test_the_randomisation_is_paired_by_user() -> None:
    noise = np.random.default_rng(8).random(200)
    first, second = table(noise + 0.01), table(noise)
    shuffled = second.sample(fraction=1, shuffle=True, seed=0)
    assert paired_randomisation(first, shuffled, "NDCG@20") < 0.001
    assert paired_randomisation(first, first, "NDCG@20") == 1


@given(values=st.lists(st.floats(0, 1), min_size=2, max_size=6), level=st.floats(0.5, 0.99))
def test_the_interval_over_seeds_is_that_of_scipy(values: list[float], level: float) -> None:
    found = seed_interval(values, level=level)
    error = scipy.stats.sem(values)
    low, high = scipy.stats.t.interval(level, len(values) - 1, np.mean(values), error or 1e-300)
    assert (found.low, found.mean, found.high) == pytest.approx((low, np.mean(values), high))


def test_one_seed_has_no_interval() -> None:
    with pytest.raises(DataError, match="1 seeds show no spread; run at least two"):
        seed_interval([0.3])
