"""Measuring on validation interactions while training."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from kgrec.gnn.training.losses import history_scale
from kgrec.index import mean_ndcg, mean_recall, top_k
from kgrec.sparse import history_sums, to_tensor

# More users than this tell no more about a setting; they are taken evenly spaced.
_MOST_USERS = 2_000


class Trial:
    """Ranks for the users of valid, from what train knows of them.

    :param train: above 0 where a user has an item, shape ``(U, I)``
    :param valid: the same shape
    :param history_power: see :class:`~kgrec.config.GnnConfig`
    :param k: length of the lists
    :param candidates: the only items that are ranked; ``None``: all
    """

    def __init__(
        self,
        train: csr_matrix,
        valid: csr_matrix,
        history_power: float,
        k: int = 20,
        candidates: npt.NDArray[np.int64] | None = None,
    ) -> None:
        users = np.flatnonzero(np.diff(valid.indptr))
        if users.size > _MOST_USERS:
            users = users[np.linspace(0, users.size - 1, _MOST_USERS).astype(np.int64)]
        self.histories = csr_matrix(train[users])
        self.relevant = csr_matrix(valid[users])
        self.scale = history_scale(self.histories, history_power)
        self.k = k
        self.candidates = candidates

    @property
    def possible(self) -> bool:
        """Whether there is anything to measure on."""
        return bool(self.relevant.nnz)

    def sums(self, weights: csr_matrix | torch.Tensor) -> torch.Tensor:
        """Scores without popularity, shape ``(n, I)``.

        :param weights: item–item weights, sparse or dense, shape ``(I, I)``
        """
        if isinstance(weights, torch.Tensor):
            return to_tensor(self.histories) @ weights * self.scale
        return history_sums(self.histories, weights) * self.scale

    def measure(self, scores: torch.Tensor) -> dict[str, float]:
        """``NDCG@k``, ``Recall@k`` and ``NDCG@k/2`` of scores, shape ``(n, I)``."""
        users, items = scores.shape
        top = top_k(
            lambda start, stop: scores[start:stop],
            users,
            items,
            self.k,
            seen=self.histories,
            candidates=self.candidates,
        )
        return {
            f"NDCG@{self.k}": mean_ndcg(top.items, self.relevant),
            f"Recall@{self.k}": mean_recall(top.items, self.relevant),
            f"NDCG@{self.k // 2}": mean_ndcg(top.items[:, : self.k // 2], self.relevant),
        }
