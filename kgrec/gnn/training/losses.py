"""The loss that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.config import GnnConfig
from kgrec.gnn.training.batch import Batch
from kgrec.gnn.training.encoder import Encoder
from kgrec.gnn.training.negatives import Draws, draw_rivals
from kgrec.gnn.training.pairwise import bce, bpr
from kgrec.gnn.training.sampled import sampled_softmax
from kgrec.gnn.training.softmax import full_softmax
from kgrec.gnn.training.task import Split, history_scale, split_histories

__all__ = ["Loss", "Split", "full_softmax", "history_scale", "make_loss", "split_histories"]

Loss = Callable[[Encoder, Split, torch.Tensor, np.random.Generator], torch.Tensor]
"""An encoder, a split, one factor for each of its users ``(n, 1)``, chance → a scalar."""


def make_loss(config: GnnConfig, histories: csr_matrix) -> Loss:
    """The loss named by ``config.loss``.

    :param histories: binary, shape ``(U, I)``; says how popular items are
    """
    if config.loss == "softmax":
        return _of_all
    if config.loss == "sampled_softmax":
        return partial(_of_some, Draws(histories, config.negative_power), config.negatives)
    return partial(_of_rivals, bpr if config.loss == "bpr" else bce)


def _of_all(
    encoder: Encoder, split: Split, scale: torch.Tensor, _: np.random.Generator
) -> torch.Tensor:
    return full_softmax(*encoder.vectors(split.shown, scale), encoder.bias, split)


def _of_some(
    draws: Draws,
    negatives: int,
    encoder: Encoder,
    split: Split,
    scale: torch.Tensor,
    random: np.random.Generator,
) -> torch.Tensor:
    batch = Batch.of(split, draws.sample(negatives, random))
    users, items = encoder.vectors_of(split.shown, scale, batch.items)
    bias = encoder.bias.index_select(0, torch.from_numpy(batch.items))
    return sampled_softmax(users, items, bias, batch.split, batch.sample)


def _of_rivals(
    loss: Callable[..., torch.Tensor],
    encoder: Encoder,
    split: Split,
    scale: torch.Tensor,
    random: np.random.Generator,
) -> torch.Tensor:
    vectors = encoder.vectors(split.shown, scale)
    return loss(*vectors, encoder.bias, split, draw_rivals(split.known, split.hidden, random))
