from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.features import Features
from kgrec.gnn.linear import factors as module
from kgrec.gnn.linear.factors import FactorChoice, choose_factors, factor_weights, fit_factors
from kgrec.gnn.linear.least_squares import LeastSquares
from kgrec.gnn.linear.pairs import shared_pairs
from kgrec.gnn.trial import Trial

SMALL = LeastSquares(unobserved=0.2, regularisation=0.05, embedding_size=4, epochs=3)
settings_ = st.builds(
    LeastSquares,
    unobserved=st.floats(0.03, 1),
    regularisation=st.floats(0.003, 0.3),
    embedding_size=st.integers(1, 6),
    epochs=st.integers(1, 4),
    seed=st.integers(0, 99),
)


def taken(seed: int, users: int = 12, items: int = 9) -> csr_matrix:
    rng = np.random.default_rng(seed)
    return csr_matrix(rng.random((users, items)) < 0.3, dtype=np.float32)


def left_side(
    vectors: npt.NDArray[np.float64], row: npt.NDArray[np.float64], setting: LeastSquares
) -> npt.NDArray[np.float64]:
    """The matrix that least squares inverts for one user."""
    own = vectors[row > 0]
    ridge = setting.strength * (len(own) + setting.unobserved * len(vectors))
    context = setting.unobserved * vectors.T @ vectors
    return context + own.T @ own + ridge * np.eye(vectors.shape[1])


@given(st.integers(0, 500), settings_)
def test_dot_products_are_those_through_the_mean_of_what_users_invert(
    seed: int, setting: LeastSquares
) -> None:
    histories = taken(seed)
    vectors = setting.items(histories).double().numpy()
    each = [left_side(vectors, row, setting) for row in histories.toarray()]
    expected = vectors @ np.linalg.solve(np.mean(each, axis=0), vectors.T)
    found = fit_factors(histories, setting)
    assert found.dtype == np.float32
    assert found.shape == (9, setting.embedding_size)
    np.testing.assert_allclose(found @ found.T, expected, rtol=1e-3, atol=1e-5)


@given(st.integers(0, 500), settings_)
def test_of_users_who_are_all_alike_least_squares_says_the_same(
    seed: int, setting: LeastSquares
) -> None:
    row = taken(seed, users=1)
    histories = csr_matrix(np.repeat(row.toarray(), 7, axis=0))
    found = fit_factors(histories, setting)
    items = setting.items(histories)
    expected = setting.solve(row, items) @ items.T
    np.testing.assert_allclose(row @ (found @ found.T), expected.numpy(), rtol=1e-3, atol=1e-4)


def test_an_item_that_nobody_took_has_no_direction() -> None:
    histories = taken(1).tolil()
    histories[:, 2] = 0
    found = fit_factors(csr_matrix(histories), SMALL)
    assert not found[2].any()
    assert found[[0, 1]].any(axis=1).all()


def test_same_seed_same_factors_whatever_was_drawn_before() -> None:
    first = fit_factors(taken(0), SMALL)
    torch.rand(3)
    assert np.array_equal(fit_factors(taken(0), SMALL), first)
    other = fit_factors(taken(0), dataclasses.replace(SMALL, seed=1))
    assert not np.array_equal(other, first)


def test_only_pairs_that_share_a_user_have_a_weight() -> None:
    histories = taken(2, users=5)
    vectors = fit_factors(histories, SMALL)
    weights = factor_weights(vectors, shared_pairs(histories)).toarray()
    apart = (histories.T @ histories).toarray() == 0
    np.fill_diagonal(apart, True)
    assert apart[~np.eye(9, dtype=bool)].any()
    assert not weights[apart].any()
    np.testing.assert_allclose(weights[~apart], (vectors @ vectors.T)[~apart], rtol=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_is_the_best_of_what_was_tried(
    seed: int, random_features: Callable[..., Features]
) -> None:
    features = random_features(seed, users=40, items=25)
    train = features.train
    trial, shared = Trial(train, features.valid, 0.5), shared_pairs(train)
    start = LeastSquares(embedding_size=5, epochs=2, seed=3)

    def reached(unobserved: float, regularisation: float) -> float:
        setting = LeastSquares(unobserved, regularisation, 5, 2, 3)
        weights = factor_weights(fit_factors(train, setting), shared)
        return trial.measure(trial.sums(weights))["NDCG@20"]

    choice, scores = choose_factors(train, shared, trial, start, Progress())
    assert (choice.setting.embedding_size, choice.setting.epochs, choice.setting.seed) == (5, 2, 3)
    assert choice.reached == reached(choice.setting.unobserved, choice.setting.regularisation)
    first, *_ = module._REGULARISATIONS
    rows = [reached(unobserved, first) for unobserved in module._UNOBSERVED]
    column = [reached(choice.setting.unobserved, each) for each in module._REGULARISATIONS]
    assert choice.reached == max(rows + column)
    assert trial.measure(scores)["NDCG@20"] == choice.reached


def test_a_choice_that_was_not_made_is_the_default() -> None:
    assert FactorChoice() == FactorChoice(LeastSquares(), -1.0)
