"""Training an encoder: batches of users, early stopping on valid, checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.errors import KgrecError
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.gnn.training.encoder import Encoder
from kgrec.gnn.training.epoch import Epochs
from kgrec.gnn.training.freeze import set_trainable
from kgrec.gnn.training.snapshot import Standing, finished, go_on, take, weights_of
from kgrec.gnn.training.stepper import DivergedError

Measure = Callable[[], dict[str, float]]


@dataclass(frozen=True)
class Course:
    """How a training went: its epochs, and which was the best."""

    epochs: tuple[dict[str, float], ...]
    best_epoch: int


def train_encoder(
    encoder: Encoder,
    histories: csr_matrix,
    config: GnnConfig,
    *,
    epochs: int,
    random: np.random.Generator,
    measure: Measure | None = None,
    progress: Progress,
    stage: str,
    checkpoints: Checkpoints | None = None,
) -> Course:
    """Train in place and leave the encoder as it was after its best epoch.

    :param histories: binary, shape ``(U, I)``
    :param epochs: at most so many passes
    :param random: which items are hidden, and the order of users
    :param measure: NDCG@20 and more on valid after each epoch; ``None``: train all epochs
    :param checkpoints: where to go on from, and where to keep the state; the result is the same
    :raises KgrecError: if the training diverges
    """
    checkpoints = checkpoints or Checkpoints()
    trained = Epochs(encoder, histories, config, random)
    standing = Standing([], 0, weights_of(encoder))
    before = checkpoints.restore(stage)
    if before is not None:
        standing = go_on(before, encoder, trained.stepper, random)
    with progress.stage(stage, epochs) as bar:
        bar.advance(len(standing.course))
        while not _over(standing, epochs, config.patience if measure else epochs):
            set_trainable(encoder.groups(), len(standing.course) + 1)
            values = _values(len(standing.course) + 1, trained, measure, config, checkpoints)
            _keep_best(standing, values, encoder, measured=measure is not None)
            progress.epoch(len(standing.course), values)
            bar.advance()
            bar.note(" ".join(f"{name} {value:.4f}" for name, value in list(values.items())[1:3]))
            if checkpoints.due() and trained.sound():
                checkpoints.save(take(standing, encoder, trained.stepper, random))
    encoder.load_state_dict(standing.kept)
    encoder.eval()
    checkpoints.finish(finished(standing))
    return Course(tuple(standing.course), standing.best)


def _over(standing: Standing, epochs: int, patience: int) -> bool:
    epoch = len(standing.course)
    return epoch >= epochs or (standing.best > 0 and epoch - standing.best >= patience)


def _values(
    epoch: int,
    trained: Epochs,
    measure: Measure | None,
    config: GnnConfig,
    checkpoints: Checkpoints,
) -> dict[str, float]:
    try:
        loss = trained.run()
    except DivergedError as reason:
        kept = f"; {checkpoints.kept}" if checkpoints.kept else ""
        raise KgrecError(
            f"The training has diverged in epoch {epoch} ({reason}): lower gnn.learning_rate, "
            f"which is {config.learning_rate:g}{kept}."
        ) from None
    return {"epoch": float(epoch), "loss": loss, **(measure() if measure else {})}


def _keep_best(
    standing: Standing, values: dict[str, float], encoder: Encoder, *, measured: bool
) -> None:
    course, best = standing.course, standing.best
    course.append(values)
    if not measured or not best or values["NDCG@20"] > course[best - 1]["NDCG@20"]:
        standing.best, standing.kept = len(course), weights_of(encoder)
