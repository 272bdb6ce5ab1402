from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from kgrec.config import Config
from kgrec.gnn.log import TrainingLog
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.tune.trial import Watch, value_of, without_refit


class EnoughError(Exception):
    """What ends a training from within."""


def test_epochs_that_were_measured_are_reported_once_and_in_order() -> None:
    told: list[tuple[int, float]] = []
    watch = Watch(lambda epoch, value: told.append((epoch, value)))
    watch.epoch(1, {"loss": 1.0, "NDCG@20": 0.1})
    watch.epoch(2, {"loss": 1.0})
    watch.epoch(3, {"NDCG@20": float("nan")})
    watch.epoch(4, {"NDCG@20": 0.2})
    watch.epoch(1, {"NDCG@20": 0.9})
    assert told == [(1, 0.1), (4, 0.2)]


def test_a_training_that_is_ended_leaves_no_trace(
    tiny_graph: KnowledgeGraph, quick: Callable[..., Config], fitted: Recommender
) -> None:
    def enough(epoch: int, _value: float) -> None:
        if epoch == 2:
            raise EnoughError

    threads, random = torch.get_num_threads(), torch.get_rng_state()
    with pytest.raises(EnoughError):
        Recommender(quick(threads=2), progress=Watch(enough)).fit(tiny_graph)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.is_grad_enabled()
    after = Recommender(quick()).fit(tiny_graph)
    assert after.recommend(k=5).to_polars().equals(fitted.recommend(k=5).to_polars())


def test_the_value_is_that_of_the_whole_model() -> None:
    assert value_of(TrainingLog(choices={"NDCG@20 of both": 0.2, "NDCG@20 of all": 0.25})) == 0.25
    assert math.isnan(value_of(TrainingLog()))


def test_a_trial_is_not_fitted_to_what_it_is_measured_on() -> None:
    assert not without_refit(Config()).gnn.refit
