"""The training task: show part of a history, predict the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

Places = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Split:
    """Histories cut in two.

    :ivar shown: binary, shape ``(n, I)``; at least one item in every row
    :ivar hidden: the same
    """

    shown: csr_matrix
    hidden: csr_matrix

    @cached_property
    def known(self) -> csr_matrix:
        """Shown and hidden items together, shape ``(n, I)``, sorted columns."""
        known = csr_matrix(self.shown + self.hidden)
        known.sort_indices()
        return known

    @cached_property
    def weights(self) -> torch.Tensor:
        """What each hidden item of a user counts, ``1 / sqrt(hidden items)``, shape ``(n,)``.

        So a user counts with the square root of the number of hidden items: neither those with
        long nor those with short histories rule.
        """
        counts = np.maximum(np.diff(self.hidden.indptr), 1).astype(np.float32)
        return torch.from_numpy(1 / np.sqrt(counts))


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


def history_scale(histories: csr_matrix, power: float) -> torch.Tensor:
    """One factor for each user, ``n ** -power`` for ``n`` items, shape ``(n, 1)``."""
    counts = np.maximum(np.diff(histories.indptr), 1).astype(np.float32)
    return torch.from_numpy(counts**-power)[:, None]


def places(matrix: csr_matrix) -> Places:
    """Row and column of all that is stored, int64, each of shape ``(nnz,)``."""
    rows: npt.NDArray[np.int64] = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return torch.from_numpy(rows), torch.from_numpy(matrix.indices.astype(np.int64))
