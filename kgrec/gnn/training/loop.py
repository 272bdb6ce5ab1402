"""Training the encoder: full softmax, early stopping on valid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.errors import KgrecError
from kgrec.gnn.training.encoder import Encoder
from kgrec.gnn.training.losses import full_softmax, history_scale, split_histories

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
) -> Course:
    """Train in place and leave the encoder as it was after its best epoch.

    :param histories: binary, shape ``(U, I)``
    :param epochs: at most so many passes
    :param random: which items are hidden, and the order of users
    :param measure: NDCG@20 and more on valid after each epoch; ``None``: train all epochs
    :raises KgrecError: if the loss is no longer a number
    """
    optimizer = _optimizer(encoder, config)
    users = np.flatnonzero(np.diff(histories.indptr) > 1)
    course: list[dict[str, float]] = []
    best, kept = 0, _state(encoder)
    with progress.stage(stage, epochs) as bar:
        for epoch in range(1, epochs + 1):
            loss = _epoch(encoder, histories, random.permutation(users), config, optimizer, random)
            values = {"epoch": float(epoch), "loss": loss, **(measure() if measure else {})}
            course.append(values)
            progress.epoch(epoch, values)
            bar.advance()
            bar.note(" ".join(f"{name} {value:.4f}" for name, value in list(values.items())[1:3]))
            if not measure or not best or values["NDCG@20"] > course[best - 1]["NDCG@20"]:
                best, kept = epoch, _state(encoder)
            elif epoch - best >= config.patience:
                break
    encoder.load_state_dict(kept)
    return Course(tuple(course), best)


def _optimizer(encoder: Encoder, config: GnnConfig) -> torch.optim.Optimizer:
    groups = [
        {
            "params": list(group.parameters),
            "lr": config.learning_rate * group.rate,
            "weight_decay": config.weight_decay if group.decay else 0.0,
        }
        for group in encoder.groups()
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate)


def _epoch(
    encoder: Encoder,
    histories: csr_matrix,
    users: np.ndarray,
    config: GnnConfig,
    optimizer: torch.optim.Optimizer,
    random: np.random.Generator,
) -> float:
    """One pass over the users; returns the mean loss."""
    encoder.train()
    losses = []
    for batch in np.array_split(users, max(1, round(len(users) / config.batch_size))):
        split = split_histories(csr_matrix(histories[batch]), config.keep, random)
        if not split.hidden.nnz:
            continue
        scale = history_scale(split.shown, config.history_power)
        loss = full_softmax(encoder(split.shown, scale), split)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    mean = float(np.mean(losses)) if losses else 0.0
    if not np.isfinite(mean):
        raise KgrecError("The training has diverged; lower gnn.learning_rate.")
    encoder.eval()
    return mean


def _state(encoder: Encoder) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in encoder.state_dict().items()}
