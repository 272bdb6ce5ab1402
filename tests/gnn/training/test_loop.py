from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.errors import KgrecError
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.encoder import LinearRelationalEncoder
from kgrec.gnn.training.epoch import Epochs
from kgrec.gnn.training.loop import Course, Measure, train_encoder

Quick = Callable[..., Config]


def train(
    features: Features, config: Config, epochs: int = 6, measure: Measure | None = None
) -> tuple[LinearRelationalEncoder, Course]:
    torch.manual_seed(0)
    encoder = LinearRelationalEncoder(features, NodeInputs(), config.gnn)
    course = train_encoder(
        encoder,
        features.train,
        config.gnn,
        epochs=epochs,
        random=np.random.default_rng(0),
        measure=measure,
        progress=Progress(),
        stage="Train",
    )
    return encoder, course


def scripted(values: list[float]) -> Measure:
    left: Iterator[float] = iter(values)
    return lambda: {"NDCG@20": next(left), "Recall@20": 0.0}


def state(encoder: LinearRelationalEncoder) -> dict[str, list[float]]:
    return {name: value.flatten().tolist() for name, value in encoder.state_dict().items()}


def test_the_loss_falls(tiny_features: Features, quick: Quick) -> None:
    _, course = train(tiny_features, quick(gnn__dropout=0.0), epochs=25)
    losses = [epoch["loss"] for epoch in course.epochs]
    assert np.mean(losses[-3:]) < 0.9 * losses[0]
    assert [epoch["epoch"] for epoch in course.epochs] == list(range(1, 26))


def test_early_stopping_keeps_the_weights_of_the_best_epoch(
    tiny_features: Features, quick: Quick
) -> None:
    config = quick(gnn__patience=2)
    encoder, course = train(
        tiny_features, config, 9, scripted([0.1, 0.3, 0.2, 0.3, 0.9, 0.9, 0.9, 0.9, 0.9])
    )
    # An equal value is no better: the second epoch stays the best, and two more end it.
    assert course.best_epoch == 2
    assert len(course.epochs) == 4
    same, _ = train(tiny_features, config, 2)
    assert state(encoder) == state(same)
    assert not encoder.training


def test_a_later_best_epoch_is_found_within_the_patience(
    tiny_features: Features, quick: Quick
) -> None:
    values = [0.1, 0.3, 0.2, 0.31, 0.2]
    _, course = train(tiny_features, quick(gnn__patience=2), 5, scripted(values))
    assert course.best_epoch == 4
    assert [epoch["NDCG@20"] for epoch in course.epochs] == values


def test_without_measure_the_last_epoch_stays(tiny_features: Features, quick: Quick) -> None:
    _, course = train(tiny_features, quick(gnn__patience=1), 5)
    assert course.best_epoch == len(course.epochs) == 5


def test_a_diverged_loss_is_one_sentence(tiny_features: Features, quick: Quick) -> None:
    with pytest.raises(
        KgrecError, match=r"^The training has diverged in epoch 1 .*gnn\.learning_rate"
    ):
        train(tiny_features, quick(gnn__learning_rate=1e30))


def test_users_with_one_item_teach_nothing(
    random_features: Callable[..., Features], quick: Quick
) -> None:
    features = random_features(0)
    histories = csr_matrix(np.eye(8, 7, dtype=np.float32))
    encoder, course = train(dataclasses.replace(features, train=histories), quick(), 2)
    assert [epoch["loss"] for epoch in course.epochs] == [0.0, 0.0]
    assert not encoder.bias.any()


@pytest.mark.parametrize("loss", ["softmax", "sampled_softmax"])
def test_a_pass_over_the_whole_graph_has_few_steps(
    loss: str, random_features: Callable[..., Features], quick: Quick
) -> None:
    features, config = random_features(0, users=60), quick(gnn__batch_size=2, gnn__loss=loss).gnn
    encoder = LinearRelationalEncoder(features, NodeInputs(), config)
    epochs = Epochs(encoder, features.train, config, np.random.default_rng(0))
    taken, step = [], epochs.stepper.step

    def counted(loss: torch.Tensor) -> float:
        taken.append(loss)
        return step(loss)

    epochs.stepper.step = counted  # type: ignore[method-assign]
    epochs.run()
    assert (len(taken) <= 16) == (loss == "softmax")
