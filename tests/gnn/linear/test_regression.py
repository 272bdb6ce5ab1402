from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.features import Features
from kgrec.gnn.linear import regression
from kgrec.gnn.linear.alignment import relation_gates
from kgrec.gnn.linear.closed_form import ridge_weights
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.regression import (
    FACT_WEIGHTS,
    MIXES,
    REGULARISATIONS,
    ClosedForm,
    Setting,
    choose_regression,
    fit_regression,
    spread,
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


def test_the_choice_is_one_of_those_offered_and_the_best_seen(
    tiny_features: Features,
) -> None:
    trial = Trial(tiny_features.train, tiny_features.valid, 0.5)
    hubs = FactHubs.of(tiny_features)
    rng = np.random.default_rng(0)
    beside = torch.from_numpy(rng.normal(size=(trial.histories.shape[0], 40)).astype(np.float32))
    choice = choose_regression(ClosedForm(tiny_features.train, hubs), trial, beside, Progress())
    assert choice.setting.regularisation in REGULARISATIONS
    assert choice.setting.facts in FACT_WEIGHTS
    weights = fit_regression(tiny_features.train, hubs, choice.setting).weights
    scores = trial.sums(weights)
    unit = spread(beside) / spread(scores)
    assert min(abs(choice.mix / unit - mix) for mix in MIXES) < 1e-5
    assert choice.alone == trial.measure(scores)["NDCG@20"]
    assert choice.together == trial.measure(beside + choice.mix * scores)["NDCG@20"]
    assert choice.together >= trial.measure(beside)["NDCG@20"]


def cold_trial() -> tuple[csr_matrix, FactHubs, Trial]:
    """Users of valid of whom train knows nothing: no closed form can score for them."""
    train = csr_matrix(np.array([[1, 1, 0], [1, 1, 1], [0, 0, 0]], dtype=np.float32))
    valid = csr_matrix(np.array([[0, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=np.float32))
    hubs = FactHubs(csr_matrix((3, 0), dtype=np.float32), np.zeros(0, int), np.zeros(0, int), ())
    return train, hubs, Trial(train, valid, 0.5)


def test_scores_that_tell_nothing_are_not_mixed_in_a_billionfold() -> None:
    train, hubs, trial = cold_trial()
    beside = torch.tensor([[0.3, 0.2, 0.1]])
    assert choose_regression(ClosedForm(train, hubs), trial, beside, Progress()).mix == 0


def test_a_network_that_tells_nothing_leaves_the_closed_form_its_say(
    tiny_features: Features,
) -> None:
    trial = Trial(tiny_features.train, tiny_features.valid, 0.5)
    beside = torch.zeros(trial.histories.shape[0], 40)
    hubs = FactHubs.of(tiny_features)
    choice = choose_regression(ClosedForm(tiny_features.train, hubs), trial, beside, Progress())
    assert choice.mix in MIXES


@pytest.mark.parametrize("items", [1, 3])
def test_the_spread_of_equal_scores_is_zero(items: int) -> None:
    assert spread(torch.ones(4, items)) == 0
