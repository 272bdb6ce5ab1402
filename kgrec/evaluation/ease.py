"""EASE: a linear item-item model in closed form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.evaluation.baselines import Baseline
from kgrec.gnn.linear.closed_form import MOST_ITEMS, ridge_weights
from kgrec.panels import Panels


@dataclass
class EASE(Baseline):
    r"""Embarrassingly shallow autoencoder: ridge regression of every item on all others.

    .. math:: P = (X^T X + \lambda I)^{-1}, \qquad B = I - P\,\mathrm{diag}(P)^{-1}

    Steck 2019 (https://arxiv.org/abs/1905.03375).

    :ivar regularisation: :math:`\lambda`, above 0
    :cvar most_items: a catalog larger than this is refused: the weights are a dense square
    """

    name: ClassVar[str] = "EASE"
    most_items: ClassVar[int] = MOST_ITEMS
    grid: ClassVar[dict[str, tuple[float, ...]]] = {
        "regularisation": (10.0, 25.0, 50.0, 100.0, 200.0, 300.0, 500.0, 1000.0, 2000.0)
    }

    regularisation: float = 200.0
    _weights: Panels = field(init=False, repr=False)

    def fit(self, train: csr_matrix) -> Self:
        """Solve for the item-item weights.

        :raises ConfigError: if there are more than ``most_items`` items
        """
        self._weights = Panels(ridge_weights(csr_matrix(train), self.regularisation))
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Multiply the histories with the weights."""
        return self._weights.sums(rows).numpy()
