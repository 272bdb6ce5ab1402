from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.gnn.linear.mixing import STEPS, Mix, choose_mix, spread
from kgrec.gnn.trial import Trial

RATIOS = {round(other / first, 6) for first in STEPS for other in STEPS}


def trial_of(seed: int, users: int = 12, items: int = 30) -> Trial:
    rng = np.random.default_rng(seed)
    taken = rng.random((users, items)) < 0.2
    valid = (rng.random((users, items)) < 0.2) & ~taken
    valid[0, ~taken[0]] = True
    train, valid = (csr_matrix(part, dtype=np.float32) for part in (taken, valid))
    return Trial(train, valid, 0.5, k=20)


def scores(seed: int, trial: Trial) -> torch.Tensor:
    return torch.randn(trial.relevant.shape, generator=torch.Generator().manual_seed(seed))


def reached(trial: Trial, parts: list[torch.Tensor], factors: tuple[float, ...]) -> float:
    whole = sum(factor * part for factor, part in zip((1.0, *factors), parts, strict=True))
    assert isinstance(whole, torch.Tensor)
    return trial.measure(whole)["NDCG@20"]


@given(st.integers(0, 500), st.integers(2, 3))
def test_the_mix_is_the_best_of_all_steps(seed: int, count: int) -> None:
    trial = trial_of(seed)
    parts = [scores(seed + number, trial) * 3**number for number in range(count)]
    mix = choose_mix(trial, parts)
    assert mix.reached == pytest.approx(reached(trial, parts, mix.factors), abs=1e-6)
    units = [spread(parts[0]) / spread(part) for part in parts[1:]]
    tried = [
        tuple(step / steps[0] * unit for step, unit in zip(steps[1:], units, strict=True))
        for steps in itertools.product(STEPS, repeat=count)
    ]
    assert any(mix.factors == pytest.approx(factors, rel=1e-4) for factors in tried)
    best = max(reached(trial, parts, factors) for factors in tried)
    assert mix.reached == pytest.approx(best, abs=1e-3)


@given(st.integers(0, 500), st.integers(-12, 12))
def test_how_loud_a_part_comes_in_does_not_matter(seed: int, power: int) -> None:
    trial = trial_of(seed)
    first, second, third = (scores(seed + number, trial) for number in range(3))
    mix = choose_mix(trial, [first, second, third])
    # A power of two changes no digit.
    again = choose_mix(trial, [first, second * 2.0**power, third])
    assert again.factors[0] * 2.0**power == pytest.approx(mix.factors[0])
    assert again.factors[1] == pytest.approx(mix.factors[1])
    assert again.reached == mix.reached


def test_the_better_part_is_the_louder_one() -> None:
    trial = trial_of(0)
    noise = scores(0, trial)
    truth = torch.from_numpy(trial.relevant.toarray())
    ratio = spread(noise) / spread(truth)
    louder, quieter = max(RATIOS), min(RATIOS)
    assert choose_mix(trial, [noise, truth]).factors[0] > ratio
    assert choose_mix(trial, [truth, noise]).factors[0] * ratio < 1
    assert choose_mix(trial, [noise, -truth]).factors == pytest.approx((ratio * quieter,), rel=1e-4)
    assert louder == pytest.approx(1 / quieter)


def test_scores_that_tell_nothing_are_not_mixed_in_a_billionfold() -> None:
    trial = trial_of(1)
    first, third = scores(0, trial), scores(1, trial)
    for nothing in (torch.zeros_like(first), torch.full_like(first, 0.25)):
        mix = choose_mix(trial, [first, nothing, third])
        assert mix.factors[0] == 0
        assert mix.factors[1] > 0
        assert choose_mix(trial, [first, nothing]).factors == (0.0,)


def test_a_first_part_that_tells_nothing_leaves_the_others_their_say() -> None:
    trial = trial_of(2)
    second = scores(0, trial)
    mix = choose_mix(trial, [torch.zeros_like(second), second])
    assert mix.factors[0] in RATIOS
    assert mix.reached == trial.measure(second)["NDCG@20"]


def test_parts_are_left_as_they_are() -> None:
    trial = trial_of(3)
    parts = [scores(number, trial) for number in range(3)]
    copies = [part.clone() for part in parts]
    choose_mix(trial, parts)
    assert all(torch.equal(part, copy) for part, copy in zip(parts, copies, strict=True))


def test_one_part_needs_no_factor() -> None:
    trial = trial_of(4)
    alone = scores(0, trial)
    assert choose_mix(trial, [alone]) == Mix((), trial.measure(alone)["NDCG@20"])


@pytest.mark.parametrize("items", [1, 3])
def test_the_spread_of_equal_scores_is_zero(items: int) -> None:
    assert spread(torch.ones(4, items)) == 0


@given(st.integers(0, 500), st.floats(0.01, 100), st.floats(-10, 10))
def test_spread_is_in_units_of_the_scores_and_blind_to_what_all_items_get(
    seed: int, factor: float, shift: float
) -> None:
    values = torch.randn(5, 9, generator=torch.Generator().manual_seed(seed))
    expected = factor * float(np.mean(values.numpy().std(axis=1)))
    of_users = torch.arange(5.0)[:, None]
    assert spread(values * factor + shift * of_users) == pytest.approx(expected, rel=1e-2)
