from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear import choose as module
from kgrec.gnn.linear.choose import Choices, choose
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.factors import FactorChoice, choose_factors
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.least_squares import LeastSquares
from kgrec.gnn.linear.mixing import Mix, choose_mix
from kgrec.gnn.linear.network import Training
from kgrec.gnn.linear.pairs import shared_pairs
from kgrec.gnn.linear.recency import POWERS, recent_train
from kgrec.gnn.linear.regression import Choice, ClosedForm, choose_regression
from kgrec.gnn.linear.transfer import CREDITS, RIDGES, TEXTS, Reach
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.gnn.training.loop import Course
from kgrec.gnn.trial import Trial

Quick = Callable[..., Config]


def training_of(features: Features, config: Config, seed: int = 0) -> Training:
    hubs, inputs = FactHubs.of(features), NodeInputs()
    content = Content.of(hubs, inputs)
    return Training(features, inputs, config.gnn, hubs, content, seed, Progress(), Checkpoints())


def without_valid(features: Features) -> Features:
    nothing = csr_matrix(features.valid.shape, dtype=np.float32)
    return dataclasses.replace(features, valid=nothing)


@pytest.fixture(scope="module")
def chosen(tiny_features: Features, quick: Quick) -> Choices:
    return choose(training_of(tiny_features, quick()))


def test_without_valid_nothing_is_chosen(tiny_features: Features, quick: Quick) -> None:
    config = quick(gnn__factors=7)
    found = choose(training_of(without_valid(tiny_features), config, seed=3))
    factors = FactorChoice(LeastSquares(embedding_size=7, seed=3))
    assert found == Choices(factors=factors)
    assert found.course == Course((), 0)
    assert found.closed == Choice()
    assert found.reach == Reach()
    assert found.mix == Mix()
    assert found.content_mix == 1
    assert found.reached == -1


def test_every_part_is_the_best_alone(
    chosen: Choices, tiny_features: Features, quick: Quick
) -> None:
    training, train = training_of(tiny_features, quick()), tiny_features.train
    trial = Trial(
        recent_train(tiny_features, chosen.recency),
        tiny_features.valid,
        training.config.history_power,
    )
    closed_form = ClosedForm(train, training.hubs)
    assert chosen.closed == choose_regression(closed_form, trial, Progress())
    shared = shared_pairs(train)
    assert chosen.factors == choose_factors(train, shared, trial, training.factors, Progress())[0]
    best = chosen.course.epochs[chosen.course.best_epoch - 1]["NDCG@20"]
    assert best == max(epoch["NDCG@20"] for epoch in chosen.course.epochs)


def test_what_was_chosen_was_offered(chosen: Choices) -> None:
    assert chosen.recency in POWERS
    assert chosen.reach.text in TEXTS
    assert chosen.reach.ridge in RIDGES
    assert chosen.reach.credit in CREDITS
    assert chosen.content_mix > 0
    assert len(chosen.mix.factors) == 2
    assert chosen.reached == max(chosen.mix.reached, chosen.reach.valid) > 0


def test_what_is_mixed_is_what_was_chosen(
    tiny_features: Features, quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[float] = []

    def spied(trial: Trial, parts: Sequence[torch.Tensor]) -> Mix:
        alone.extend(trial.measure(part)["NDCG@20"] for part in parts)
        return choose_mix(trial, parts)

    monkeypatch.setattr(module, "choose_mix", spied)
    found = choose(training_of(tiny_features, quick()))
    course = found.course
    of_network = course.epochs[course.best_epoch - 1]["NDCG@20"]
    assert alone == pytest.approx([of_network, found.factors.reached, found.closed.reached])


def test_a_part_that_does_not_tell_items_apart_is_not_mixed_in(
    tiny_features: Features, quick: Quick
) -> None:
    """Of users of whom train knows nothing only the network's popularity tells anything."""
    train, valid = tiny_features.train.tolil(), tiny_features.valid.tolil()
    train[:4], valid[4:] = 0, 0
    features = dataclasses.replace(
        tiny_features, train=csr_matrix(train), valid=csr_matrix(valid), train_ages=None
    )
    assert features.valid.nnz
    found = choose(training_of(features, quick()))
    assert found.mix.factors == (0.0, 0.0)
    assert np.isfinite(found.content_mix)
    assert found.mix.reached > 0


@pytest.mark.parametrize("power", [0.0, 0.4])
def test_a_recency_that_is_set_is_kept(tiny_features: Features, quick: Quick, power: float) -> None:
    config = quick(gnn__recency=power, gnn__epochs=1)
    assert choose(training_of(tiny_features, config)).recency == power
    assert choose(training_of(without_valid(tiny_features), config)).recency == power


def test_without_content_nothing_is_carried_over(tiny_features: Features, quick: Quick) -> None:
    found = choose(training_of(tiny_features, quick(gnn__content=False)))
    assert found.reach == Reach()
    assert found.content_mix == 1
    assert found.reached == found.mix.reached


def test_same_seed_same_choices(chosen: Choices, tiny_features: Features, quick: Quick) -> None:
    assert choose(training_of(tiny_features, quick())) == chosen
