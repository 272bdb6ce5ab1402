"""The loss that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.config import GnnConfig
from kgrec.gnn.training.negatives import Draws, draw_rivals
from kgrec.gnn.training.pairwise import bce, bpr
from kgrec.gnn.training.sampled import sampled_softmax
from kgrec.gnn.training.softmax import full_softmax
from kgrec.gnn.training.task import Split, history_scale, split_histories

__all__ = ["Loss", "Split", "full_softmax", "history_scale", "make_loss", "split_histories"]

Loss = Callable[
    [torch.Tensor, torch.Tensor, torch.Tensor, Split, np.random.Generator], torch.Tensor
]
"""Vectors of users ``(n, d)`` and items ``(I, d)``, bias ``(I,)``, the split, chance → a scalar."""


def make_loss(config: GnnConfig, histories: csr_matrix) -> Loss:
    """The loss named by ``config.loss``.

    :param histories: binary, shape ``(U, I)``; says how popular items are
    """
    if config.loss == "softmax":
        return lambda users, items, bias, split, _: full_softmax(users, items, bias, split)
    if config.loss == "sampled_softmax":
        draws = Draws(histories, config.negative_power)
        return lambda users, items, bias, split, random: sampled_softmax(
            users, items, bias, split, draws.sample(config.negatives, random)
        )
    of_pairs = bpr if config.loss == "bpr" else bce
    return lambda users, items, bias, split, random: of_pairs(
        users, items, bias, split, draw_rivals(split.known, split.hidden, random)
    )
