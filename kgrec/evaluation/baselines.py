"""What every recommender must be compared with: simple, fast, and hard to beat when tuned.

Dacrema et al. 2019, "Are we really making much progress?" (https://arxiv.org/abs/1907.06902).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.index import TopK, top_k


class Baseline(ABC):
    """A simple recommender; all but one see nothing but who took what.

    Subclasses are dataclasses: their fields are their hyper-parameters.

    :cvar name: the name in tables
    :cvar grid: for each hyper-parameter the values that
        :func:`~kgrec.evaluation.tuning.fit_baselines` tries
    """

    name: ClassVar[str]
    grid: ClassVar[dict[str, tuple[float, ...]]] = {}

    @property
    def parameters(self) -> dict[str, Any]:
        """The hyper-parameters by name."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.init}  # type: ignore[arg-type]

    @abstractmethod
    def fit(self, train: csr_matrix) -> Self:
        """Learn from binary interactions, shape ``(users, items)``, and return self."""

    @abstractmethod
    def score(self, rows: csr_matrix) -> np.ndarray:
        """Score all items for users given by their histories.

        :param rows: shape ``(n, items)``; the users need not be those of the fit
        :return: float32, shape ``(n, items)``; higher is better
        """

    def recommend(
        self,
        rows: csr_matrix,
        k: int,
        *,
        candidates: np.ndarray | None = None,
        progress: Progress | None = None,
    ) -> TopK:
        """Rank the items that are not in each user's history; see :func:`kgrec.index.top_k`."""

        def block(start: int, stop: int) -> torch.Tensor:
            return torch.from_numpy(self.score(rows[start:stop]))

        users, items = rows.shape
        return top_k(block, users, items, k, seen=rows, candidates=candidates, progress=progress)


@dataclass
class Popularity(Baseline):
    """Everyone gets what most users took."""

    name: ClassVar[str] = "Popularity"

    _counts: np.ndarray = field(init=False, repr=False)

    def fit(self, train: csr_matrix) -> Self:
        """Count the users of every item."""
        self._counts = np.asarray(train.sum(axis=0), dtype=np.float32).ravel()
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Return the same counts for every row."""
        return np.tile(self._counts, (rows.shape[0], 1))


@dataclass
class Random(Baseline):
    """Everyone gets something else, which is what knowing nothing comes to.

    :ivar seed: same seed, same order
    """

    name: ClassVar[str] = "Random"

    seed: int = 0
    _numbers: np.ndarray = field(init=False, repr=False)

    def fit(self, train: csr_matrix) -> Self:
        """Draw a number for every item."""
        generator = np.random.default_rng(self.seed)
        self._numbers = generator.random(train.shape[1], dtype=np.float32)
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Shift the numbers, in a circle, by those of the history."""
        shifts = rows @ self._numbers
        return np.asarray((shifts[:, None] + self._numbers) % 1.0, dtype=np.float32)
