"""iALS: matrix factorisation by alternating least squares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.evaluation.baselines import Baseline
from kgrec.gnn.linear.least_squares import LeastSquares


@dataclass
class IALS(Baseline):
    """Implicit alternating least squares (:mod:`kgrec.gnn.linear.least_squares`).

    A user's vector is solved for when it is needed, so that strangers are served.

    :ivar unobserved: the weight of pairs without interaction, above 0
    :ivar regularisation: above 0
    :ivar embedding_size: length of a vector, at least 1; never more than there are users or items
    :ivar epochs: how often users and items are solved for
    :ivar seed: of the first item vectors
    """

    name: ClassVar[str] = "iALS"
    grid: ClassVar[dict[str, tuple[float, ...]]] = {
        "unobserved": (0.03, 0.1, 0.3),
        "regularisation": (0.003, 0.0045, 0.008),
    }

    unobserved: float = 0.1
    regularisation: float = 0.006
    embedding_size: int = 128
    epochs: int = 5
    seed: int = 0
    _items: torch.Tensor = field(init=False, repr=False)

    @property
    def _squares(self) -> LeastSquares:
        return LeastSquares(
            self.unobserved, self.regularisation, self.embedding_size, self.epochs, self.seed
        )

    def fit(self, train: csr_matrix) -> Self:
        """Solve for users and items in turn."""
        self._items = self._squares.items(train)
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Solve for the users of the rows, and multiply with the items."""
        return (self._squares.solve(csr_matrix(rows), self._items) @ self._items.T).numpy()
