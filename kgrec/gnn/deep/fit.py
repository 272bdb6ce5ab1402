"""From features to a trained R-GCN or KGAT: choose on valid, then refit on all that is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.deep.encoder import DeepEncoder
from kgrec.gnn.deep.kgat import KgatEncoder
from kgrec.gnn.deep.model import VectorModel
from kgrec.gnn.deep.rgcn import RgcnEncoder
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.gnn.training.loop import Course, train_encoder
from kgrec.gnn.trial import Trial


@dataclass(frozen=True, eq=False)
class _Training:
    """Everything that stays the same from the search to the refit."""

    features: Features
    inputs: NodeInputs
    config: GnnConfig
    seed: int
    progress: Progress
    checkpoints: Checkpoints

    def model(
        self, histories: csr_matrix, epochs: int, stage: str, trial: Trial | None = None
    ) -> tuple[VectorModel, Course]:
        """Train a fresh network, watched by ``trial`` if there is one."""
        power = self.config.history_power

        def measure() -> dict[str, float]:
            assert trial is not None
            model = VectorModel.of(encoder, histories, power)
            return trial.measure(model.score(trial.histories))

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            encoder = self._encoder(histories)
            course = train_encoder(
                encoder,
                histories,
                self.config,
                epochs=epochs,
                random=np.random.default_rng(self.seed),
                measure=measure if trial else None,
                progress=self.progress,
                stage=stage,
                checkpoints=self.checkpoints,
            )
        return VectorModel.of(encoder, histories, power), course

    def _encoder(self, histories: csr_matrix) -> DeepEncoder:
        encoder = RgcnEncoder if self.config.model == "rgcn" else KgatEncoder
        return encoder(self.features, self.inputs, self.config, histories)


def fit_deep(
    features: Features,
    inputs: NodeInputs,
    config: GnnConfig,
    *,
    seed: int,
    progress: Progress,
    checkpoints: Checkpoints | None = None,
) -> tuple[VectorModel, TrainingLog]:
    """Train the network named by ``config.model``.

    :param features: the graph in numbers
    :param inputs: texts and pretrained vectors of the core nodes
    :param config: hyper-parameters
    :param seed: same seed, same data, same machine: same model
    :param progress: receives the stages and epochs
    :param checkpoints: where to go on from, and where to keep the state; ``None``: nowhere
    """
    kept = checkpoints or Checkpoints()
    training = _Training(features, inputs, config, seed, progress, kept)
    trial = Trial(features.train, features.valid, config.history_power)
    course = Course((), 0)
    if trial.possible:
        stage = "Train graph network"
        model, course = training.model(features.train, config.epochs, stage, trial)
    if config.refit or not trial.possible:
        histories = features.history if config.refit else features.train
        # Without validation interactions: a third of the epochs.
        epochs = course.best_epoch or max(1, config.epochs // 3)
        model, _ = training.model(histories, epochs, "Refit graph network")
    return model, _log(course)


def _log(course: Course) -> TrainingLog:
    if not course.epochs:
        return TrainingLog()
    reached = course.epochs[course.best_epoch - 1]["NDCG@20"]
    choices = {"NDCG@20 of the graph network": reached, "NDCG@20 of all": reached}
    return TrainingLog(epochs=course.epochs, best_epoch=course.best_epoch, choices=choices)
