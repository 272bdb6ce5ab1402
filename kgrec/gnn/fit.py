"""From features to a trained model: choose on valid, then refit on all that is known.

Every choice is made with what *train* teaches, measured on *valid*:

1. the number of epochs of the graph network,
2. the closed form that adds most to it: its regularisation, the weight of facts against users,
   and the mix of the two parts.

With these settings both parts are fitted once more on train and valid together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.encoder import LinearRelationalEncoder, NodeInputs
from kgrec.gnn.hubs import FactHubs
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.pairs import PairModel, masked_affinity, shared_pairs
from kgrec.gnn.regression import Choice, Regression, choose_regression, fit_regression
from kgrec.gnn.training import Course, Measure, train_encoder
from kgrec.gnn.trial import Trial


@dataclass(frozen=True, eq=False)
class Training:
    """Everything that stays the same from the search to the refit."""

    features: Features
    inputs: NodeInputs
    config: GnnConfig
    hubs: FactHubs
    seed: int
    progress: Progress

    def encoder(
        self, histories: csr_matrix, epochs: int, stage: str, trial: Trial | None = None
    ) -> tuple[LinearRelationalEncoder, Course]:
        """Train a fresh graph network, watched by ``trial`` if there is one."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            encoder = LinearRelationalEncoder(self.features, self.inputs, self.config)
            course = train_encoder(
                encoder,
                histories,
                self.config,
                epochs=epochs,
                random=np.random.default_rng(self.seed),
                measure=_measure(encoder, shared_pairs(histories), trial) if trial else None,
                progress=self.progress,
                stage=stage,
            )
        return encoder, course

    def model(self, histories: csr_matrix, epochs: int, choice: Choice) -> PairModel:
        """Fit both parts to ``histories`` and put them together."""
        encoder, _ = self.encoder(histories, epochs, "Refit graph network")
        regression = fit_regression(histories, self.hubs, choice.setting)
        return _assemble(encoder, histories, regression, choice.mix, self.config)


def fit(
    features: Features,
    inputs: NodeInputs,
    config: GnnConfig,
    *,
    seed: int,
    progress: Progress,
) -> tuple[PairModel, TrainingLog]:
    """Train the default model.

    :param features: the graph in numbers
    :param inputs: texts and pretrained vectors of the core nodes
    :param config: hyper-parameters
    :param seed: same seed, same data, same machine: same model
    :param progress: receives the stages and epochs
    """
    training = Training(features, inputs, config, FactHubs.of(features), seed, progress)
    trial = Trial(features.train, features.valid, config.history_power)
    course, choice = _choose(training, trial) if trial.possible else (Course((), 0), Choice())
    histories = features.history if config.refit else features.train
    # Without validation interactions: a third of the epochs, and both parts weigh alike.
    model = training.model(histories, course.best_epoch or max(1, config.epochs // 3), choice)
    return model, _log(features, training.hubs, model, course, choice)


def _choose(training: Training, trial: Trial) -> tuple[Course, Choice]:
    train = training.features.train
    encoder, course = training.encoder(train, training.config.epochs, "Train graph network", trial)
    learned = _affinity(encoder, shared_pairs(train), trial) + encoder.bias.detach()
    choice = choose_regression(train, training.hubs, trial, learned, training.progress)
    return course, choice


def _measure(encoder: LinearRelationalEncoder, shared: csr_matrix, trial: Trial) -> Measure:
    def measure() -> dict[str, float]:
        return trial.measure(_affinity(encoder, shared, trial) + encoder.bias.detach())

    return measure


@torch.no_grad()
def _affinity(encoder: LinearRelationalEncoder, shared: csr_matrix, trial: Trial) -> torch.Tensor:
    return trial.sums(masked_affinity(encoder.item_vectors(), shared))


@torch.no_grad()
def _assemble(
    encoder: LinearRelationalEncoder,
    histories: csr_matrix,
    regression: Regression,
    mix: float,
    config: GnnConfig,
) -> PairModel:
    vectors = encoder.item_vectors()
    learned = masked_affinity(vectors, shared_pairs(histories))
    mix = mix or _even_mix(learned, regression.weights)
    weights = csr_matrix(learned + regression.weights * np.float32(mix), dtype=np.float32)
    weights.sort_indices()
    return PairModel(
        weights=weights,
        bias=encoder.bias.numpy().copy(),
        history_power=config.history_power,
        vectors=vectors.numpy().copy(),
        mix=mix,
        gates=regression.gates,
    )


def _even_mix(learned: csr_matrix, closed: csr_matrix) -> float:
    """The mix with which both parts weigh alike; 1 where the network has learned no pair."""
    of_learned, of_closed = float(abs(learned).sum()), float(abs(closed).sum())
    if not of_closed:
        return 0.0
    return of_learned / of_closed if of_learned else 1.0


def _log(
    features: Features, hubs: FactHubs, model: PairModel, course: Course, choice: Choice
) -> TrainingLog:
    network = course.epochs[course.best_epoch - 1]["NDCG@20"] if course.epochs else 0.0
    return TrainingLog(
        epochs=course.epochs,
        best_epoch=course.best_epoch,
        choices={
            "regularisation": choice.setting.regularisation,
            "facts": choice.setting.facts,
            "mix": model.mix,
            "NDCG@20 of the graph network": network,
            "NDCG@20 of the closed form": choice.alone,
            "NDCG@20 of both": choice.together,
        },
        gates={
            features.relations[relation] + ("" if forward else " (inverse)"): float(gate)
            for (relation, forward), gate in zip(hubs.relations, model.gates, strict=True)
        },
    )
