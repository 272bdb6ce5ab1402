from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.features import Features
from kgrec.gnn.linear import regression
from kgrec.gnn.linear.alignment import relation_gates
from kgrec.gnn.linear.closed_form import ridge_weights
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.recency import POWERS, recent_train
from kgrec.gnn.linear.regression import (
    FACT_WEIGHTS,
    REGULARISATIONS,
    Choice,
    ClosedForm,
    Setting,
    choose_recency,
    choose_regression,
    fit_regression,
)
from kgrec.gnn.trial import Trial


def test_users_and_gated_facts_enter_one_regression(
    random_features: Callable[..., Features],
) -> None:
    features = random_features(1)
    hubs = FactHubs.of(features)
    fitted = fit_regression(features.train, hubs, Setting(3.0, 0.5))
    np.testing.assert_allclose(fitted.gates, relation_gates(hubs, features.train) / 2, rtol=1e-6)
    roots = np.sqrt(fitted.gates[hubs.roles])[:, None]
    stacked = np.vstack([features.train.toarray(), roots * hubs.members.toarray().T])
    shared = stacked.T @ stacked > 0
    expected = ridge_weights(csr_matrix(stacked), 3.0) * shared
    np.testing.assert_allclose(fitted.weights.toarray(), expected, atol=1e-6)


def test_a_pair_with_nothing_but_a_silent_relation_has_no_weight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hubs = FactHubs(
        members=csr_matrix(np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)),
        nodes=np.array([4, 5]),
        roles=np.array([0, 1]),
        relations=((0, True), (1, True)),
    )
    silent = np.array([1, 0], dtype=np.float32)
    monkeypatch.setattr(regression, "relation_gates", lambda *_: silent)
    fitted = fit_regression(csr_matrix(np.eye(4, dtype=np.float32)), hubs, Setting(1.0, 1.0))
    assert set(zip(*fitted.weights.nonzero(), strict=True)) == {(0, 1), (1, 0)}


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_is_the_best_of_what_was_tried(
    seed: int, random_features: Callable[..., Features]
) -> None:
    features = random_features(seed, users=40, items=25)
    trial = Trial(features.train, features.valid, 0.5)
    closed_form = ClosedForm(features.train, FactHubs.of(features))

    def reached(regularisation: float, facts: float) -> float:
        weights = closed_form.fit(Setting(regularisation, facts)).weights
        return trial.measure(trial.sums(weights))["NDCG@20"]

    choice = choose_regression(closed_form, trial, Progress())
    chosen = choice.setting
    assert choice.reached == reached(chosen.regularisation, chosen.facts)
    first, *_ = FACT_WEIGHTS
    rows = [reached(regularisation, first) for regularisation in REGULARISATIONS]
    column = [reached(chosen.regularisation, facts) for facts in FACT_WEIGHTS]
    assert choice.reached == max(rows + column)


def test_where_nothing_can_be_told_a_setting_that_was_offered_is_chosen() -> None:
    """Users of valid of whom train knows nothing: no closed form can score for them."""
    train = csr_matrix(np.array([[1, 1, 0], [1, 1, 1], [0, 0, 0]], dtype=np.float32))
    valid = csr_matrix(np.array([[0, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=np.float32))
    hubs = FactHubs(csr_matrix((3, 0), dtype=np.float32), np.zeros(0, int), np.zeros(0, int), ())
    choice = choose_regression(ClosedForm(train, hubs), Trial(train, valid, 0.5), Progress())
    assert choice.setting.regularisation in REGULARISATIONS
    assert choice.setting.facts in FACT_WEIGHTS
    assert choice.reached >= 0


def test_a_choice_that_was_not_made_is_the_default() -> None:
    assert Choice() == Choice(Setting(), -1.0)


def test_without_times_or_valid_nothing_is_recent(
    tiny_features: Features, random_features: Callable[..., Features]
) -> None:
    timeless = random_features(0)
    closed_form = ClosedForm(timeless.train, FactHubs.of(timeless))
    assert timeless.valid.nnz
    assert choose_recency(timeless, closed_form, 0.5) == 0
    nothing = csr_matrix(tiny_features.valid.shape, dtype=np.float32)
    features = dataclasses.replace(tiny_features, valid=nothing)
    closed_form = ClosedForm(features.train, FactHubs.of(features))
    assert features.train_ages is not None
    assert choose_recency(features, closed_form, 0.5) == 0


def test_the_power_of_recency_is_the_best_for_the_closed_form(tiny_features: Features) -> None:
    closed_form = ClosedForm(tiny_features.train, FactHubs.of(tiny_features))
    weights = closed_form.fit(Setting()).weights

    def reached(power: float) -> float:
        trial = Trial(recent_train(tiny_features, power), tiny_features.valid, 0.5)
        return trial.measure(trial.sums(weights))["NDCG@20"]

    chosen = choose_recency(tiny_features, closed_form, 0.5)
    assert chosen in POWERS
    assert reached(chosen) == max(map(reached, POWERS))
