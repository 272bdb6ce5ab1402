"""What is chosen on valid, with what *train* teaches.

1. how much more the latest items of a history weigh,
2. the number of epochs of the graph network,
3. the two settings of the factors,
4. the closed form: its regularisation, and the weight of facts against users,
5. how loud these three are,
6. how behaviour is carried over to items with few users or none, on items held out of train.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch

from kgrec.gnn.linear.factors import FactorChoice, choose_factors
from kgrec.gnn.linear.mixing import Mix, choose_mix, spread
from kgrec.gnn.linear.network import Training, affinity
from kgrec.gnn.linear.pairs import shared_pairs
from kgrec.gnn.linear.recency import recent_train
from kgrec.gnn.linear.regression import Choice, ClosedForm, choose_recency, choose_regression
from kgrec.gnn.linear.transfer import Reach, choose_credit, choose_reach, fit_transfer
from kgrec.gnn.training.loop import Course
from kgrec.gnn.trial import Trial


@dataclass(frozen=True)
class Choices:
    """All that is chosen.

    :ivar mix: the factors of the factors and of the closed form, where the network has 1
    :ivar content_mix: the factor of what content carries over
    """

    recency: float = 0.0
    course: Course = field(default_factory=lambda: Course((), 0))
    factors: FactorChoice = field(default_factory=FactorChoice)
    closed: Choice = field(default_factory=Choice)
    reach: Reach = field(default_factory=Reach)
    mix: Mix = field(default_factory=Mix)
    content_mix: float = 1.0

    @property
    def reached(self) -> float:
        """NDCG@20 on valid of all parts together; -1: not measured."""
        return max(self.reach.valid, self.mix.reached)


def choose(training: Training) -> Choices:
    """Choose all on valid; the defaults where there is no valid."""
    features, config = training.features, training.config
    recency = config.recency
    closed_form = ClosedForm(features.train, training.hubs)
    if recency is None:
        recency = choose_recency(features, closed_form, config.history_power)
    trial = Trial(recent_train(features, recency), features.valid, config.history_power)
    chosen = Choices(recency=recency, factors=FactorChoice(training.factors))
    return _choose_parts(training, closed_form, trial, chosen) if trial.possible else chosen


def _choose_parts(
    training: Training, closed_form: ClosedForm, trial: Trial, chosen: Choices
) -> Choices:
    train, progress = training.features.train, training.progress
    shared = shared_pairs(train)
    encoder, course = training.encoder(train, training.config.epochs, "Train graph network", trial)
    factors, of_factors = choose_factors(train, shared, trial, training.factors, progress)
    closed = choose_regression(closed_form, trial, progress)
    bias = encoder.bias.detach()
    learned = affinity(encoder, shared, trial)
    parts = [
        learned + bias,
        of_factors,
        trial.sums(closed_form.fit(closed.setting).weights),
    ]
    mix = choose_mix(trial, parts)
    chosen = replace(chosen, course=course, factors=factors, closed=closed, mix=mix)
    if not training.transfers:
        return chosen
    scores = learned + mix.factors[0] * parts[1] + mix.factors[1] * parts[2]
    # The transfer speaks in units of the closed form: raise it to those of all parts together.
    unit = spread(parts[2])
    chosen = replace(chosen, content_mix=spread(scores) / unit if unit else 1.0)
    return _choose_transfer(training, trial, chosen, scores, bias.numpy())


def _choose_transfer(
    training: Training,
    trial: Trial,
    chosen: Choices,
    scores: torch.Tensor,
    bias: npt.NDArray[np.float32],
) -> Choices:
    """:param scores: of all other parts without popularity, which is ``bias``"""
    train = training.features.train
    content, facets = training.content, training.facets
    reach = choose_reach(train, content, training.seed, training.progress, facets)
    transfer = fit_transfer(train, content, reach, facets)
    reach = choose_credit(transfer, reach, trial, scores, bias, chosen.content_mix)
    return replace(chosen, reach=reach)
