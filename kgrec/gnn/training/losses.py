"""The training task: show part of a history, predict the rest among all items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Split:
    """Histories cut in two.

    :ivar shown: binary, shape ``(n, I)``; at least one item in every row
    :ivar hidden: the same
    """

    shown: csr_matrix
    hidden: csr_matrix


def split_histories(histories: csr_matrix, keep: float, random: np.random.Generator) -> Split:
    """Show each item of each history with probability ``keep`` and hide the others.

    Users left without a shown or without a hidden item drop out.
    """
    shown, hidden = histories.copy(), histories.copy()
    chosen = random.random(histories.nnz) < keep
    shown.data = chosen.astype(np.float32)
    hidden.data = (~chosen).astype(np.float32)
    shown.eliminate_zeros()
    hidden.eliminate_zeros()
    both = (np.diff(shown.indptr) > 0) & (np.diff(hidden.indptr) > 0)
    return Split(csr_matrix(shown[both]), csr_matrix(hidden[both]))


def full_softmax(logits: torch.Tensor, split: Split) -> torch.Tensor:
    """Cross-entropy of the hidden items in a softmax over all items that are not shown.

    A user counts with the square root of the number of hidden items, so that neither those with
    long nor those with short histories rule.

    :param logits: shape ``(n, I)``
    :return: a scalar
    """
    rows, columns = _places(split.shown)
    logits = logits.index_put((rows, columns), torch.tensor(-torch.inf))
    rows, columns = _places(split.hidden)
    chosen = logits[rows, columns] - logits.logsumexp(dim=1)[rows]
    counts = np.diff(split.hidden.indptr).astype(np.float32)
    weights = torch.from_numpy(1 / np.sqrt(counts))[rows]
    return -(chosen * weights).sum() / weights.sum()


def history_scale(histories: csr_matrix, power: float) -> torch.Tensor:
    """One factor for each user, ``n ** -power`` for ``n`` items, shape ``(n, 1)``."""
    counts = np.maximum(np.diff(histories.indptr), 1).astype(np.float32)
    return torch.from_numpy(counts**-power)[:, None]


def _places(matrix: csr_matrix) -> tuple[torch.Tensor, torch.Tensor]:
    rows: npt.NDArray[np.int64] = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return torch.from_numpy(rows), torch.from_numpy(matrix.indices.astype(np.int64))
