from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from kgrec.audit.intervals import Difference, interval, over_seeds, over_users


def draw(seeds: int, users: int, *, between: float, seed: int = 0) -> np.ndarray:
    """Values around 0.3; seeds differ by ``between``."""
    rng = np.random.default_rng(seed)
    shifts = rng.normal(scale=between, size=(seeds, 1))
    return np.asarray(0.3 + shifts + rng.normal(scale=0.2, size=(1, users)))


def test_with_one_seed_it_is_students_t_over_users() -> None:
    values = draw(1, 50, between=0)
    expected = student.interval(
        0.95, 49, values.mean(), values[0].std(ddof=1) / np.sqrt(values.size)
    )
    found = interval(values)
    assert (found.low, found.high) == pytest.approx(expected)
    assert over_seeds(values) is None


def test_where_seeds_alone_differ_it_is_students_t_over_seeds() -> None:
    values = np.array([[0.1] * 9, [0.2] * 9, [0.4] * 9])
    means = values.mean(axis=1)
    expected = student.interval(0.95, 2, means.mean(), means.std(ddof=1) / np.sqrt(3))
    found, alone = interval(values), over_seeds(values)
    assert (found.low, found.high) == pytest.approx(expected)
    assert alone is not None
    assert (alone.low, alone.high) == pytest.approx(expected)


@settings(max_examples=40)
@given(st.integers(1, 5), st.integers(2, 80), st.floats(0, 0.5), st.integers(0, 99))
def test_laws(seeds: int, users: int, between: float, seed: int) -> None:
    values = draw(seeds, users, between=between, seed=seed)
    found = interval(values)
    assert found.mean == pytest.approx(values.mean())
    assert found.low <= found.mean <= found.high
    strict = interval(values, level=0.99)
    assert strict.low <= found.low <= found.high <= strict.high
    alone = over_users(values)
    assert found.low - 1e-12 <= alone.low <= alone.high <= found.high + 1e-12
    assert interval(values + 1).low == pytest.approx(found.low + 1)


def test_it_holds_the_truth_as_often_as_it_says() -> None:
    """Users and seeds are drawn anew each time; the truth is 0.3."""
    found = [interval(draw(3, 60, between=0.03, seed=seed)) for seed in range(400)]
    held = np.mean([each.low <= 0.3 <= each.high for each in found])
    assert 0.92 <= held <= 1


def test_seeds_that_disagree_hide_what_users_agree_on() -> None:
    whole = np.array([[0.5, 0.5, 0.51] * 30, [0.5, 0.5, 0.51] * 30])
    other = whole - np.array([[0.2], [0.02]])
    found = Difference.of("x", whole, other - np.array([[0.0, 0.01, 0.02] * 30]))
    assert found.verdict == 0
    assert found.hidden_by_seeds
    assert not Difference.of("x", whole, whole).hidden_by_seeds


def test_one_user_proves_nothing() -> None:
    assert not interval(np.array([[0.9], [0.9]])).excludes_zero


def test_a_difference_is_paired_and_has_a_verdict() -> None:
    rng = np.random.default_rng(1)
    whole = rng.random((3, 100))
    better = Difference.of("less", whole, whole - 0.01 + rng.normal(scale=0.001, size=(3, 100)))
    assert better.verdict == 1
    assert better.interval.mean == pytest.approx(0.01, abs=0.001)
    assert Difference.of("more", whole, whole + 0.02).verdict == -1
    assert Difference.of("same", whole, whole).verdict == 0
    once = Difference.of("baseline", whole, whole[:1])
    assert once.values.shape == (3, 100)


def test_json_tells_users_and_seeds_apart() -> None:
    whole = draw(3, 100, between=0.1)
    found = Difference.of("none", whole, np.full((1, 100), 0.2)).to_dict()
    assert set(found) == {"mean", "low", "high", "relative", "verdict", "users", "seeds"}
    assert found["relative"] == pytest.approx(found["mean"] / 0.2)
    assert found["users"]["low"] > found["low"]
    assert found["seeds"]["low"] < found["seeds"]["high"]
    assert "users" not in Difference.of("x", whole, whole).to_dict(more=False)
    assert Difference.of("nothing", whole, whole * 0).to_dict()["relative"] is None
