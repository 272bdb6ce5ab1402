"""Drawing items that a user does not have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix, diags

from kgrec.gnn.training.pairs import Pairs


@dataclass(frozen=True, eq=False)
class Sample:
    """Different items drawn for a whole batch.

    :ivar items: int64, shape ``(m,)``
    :ivar log_weights: what one of them stands for, ``log(times drawn / times expected)``, float32,
        shape ``(m,)``: a sum over the sample, so weighed, is on average the sum over all items
    """

    items: torch.Tensor
    log_weights: torch.Tensor


class Draws:
    """Draws items in proportion to ``(users + 1) ** power``: no item is out of reach.

    :param histories: binary, shape ``(U, I)``
    :param power: 0: all alike; 1: by popularity
    """

    def __init__(self, histories: csr_matrix, power: float) -> None:
        users = np.bincount(histories.indices, minlength=histories.shape[1])
        weights = (users + 1.0) ** power
        self.chances: npt.NDArray[np.float64] = weights / weights.sum()
        self._sums = np.cumsum(self.chances)

    def sample(self, count: int, random: np.random.Generator) -> Sample:
        """Draw ``count`` times with replacement; equal items become one."""
        drawn = np.searchsorted(self._sums, random.random(count) * self._sums[-1], side="right")
        items, times = np.unique(np.minimum(drawn, len(self._sums) - 1), return_counts=True)
        weights = np.log(times / (count * self.chances[items]))
        return Sample(torch.from_numpy(items), torch.from_numpy(weights.astype(np.float32)))


@dataclass(frozen=True, eq=False)
class Rivals:
    """A negative item for each hidden one; a user who has all items has none.

    :ivar hidden: hidden items
    :ivar others: at the same place an item that this user does not have
    """

    hidden: Pairs
    others: Pairs


def draw_rivals(known: csr_matrix, hidden: csr_matrix, random: np.random.Generator) -> Rivals:
    """For each hidden item draw one of the items that its user does not have, all alike.

    Exact, without trial and error: with the user's items :math:`a_0 < a_1 < …`, below :math:`a_k`
    lie :math:`a_k - k` others, so the :math:`r`-th other item is :math:`r` plus the number of
    :math:`k` with :math:`a_k - k \\le r`.

    :param known: what users have, shown or hidden, shape ``(n, I)``, sorted columns
    :param hidden: shape ``(n, I)``
    """
    width = hidden.shape[1]
    free = width - np.diff(known.indptr)
    pairs = Pairs.of(_without(hidden, free == 0) if (free == 0).any() else hidden)
    ranks = random.integers(0, free[pairs.users])
    owners = np.repeat(np.arange(known.shape[0]), np.diff(known.indptr))
    before = known.indices - (np.arange(known.nnz) - known.indptr[owners])
    keys = owners.astype(np.int64) * (width + 1) + before
    places = np.searchsorted(keys, pairs.users * (width + 1) + ranks, side="right")
    others = ranks + places - known.indptr[pairs.users]
    return Rivals(pairs, Pairs(pairs.starts, others, width))


def _without(matrix: csr_matrix, rows: npt.NDArray[np.bool_]) -> csr_matrix:
    kept = csr_matrix(diags((~rows).astype(np.float32)) @ matrix)
    kept.eliminate_zeros()
    return kept
