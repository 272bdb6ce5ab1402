"""Neighbourhood baselines: an item is scored by its nearest neighbours in the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix, diags

from kgrec.evaluation.baselines import Baseline
from kgrec.gnn.linear.neighbours import cosine_neighbours, nearest
from kgrec.panels import Panels

# A matrix of more numbers than this (128 MB of float32) stays sparse.
_MOST_DENSE = 2**25


@dataclass
class ItemKNN(Baseline):
    r"""Cosine between items, shrunk where few users support it.

    .. math:: s_{ij} = \frac{|U_i \cap U_j|}{\sqrt{|U_i|\,|U_j|} + \text{shrinkage}}

    Sarwar et al. 2001 (https://doi.org/10.1145/371920.372071).

    :ivar neighbours: most neighbours kept for an item
    :ivar shrinkage: pulls down similarities of rare items, at least 0
    """

    name: ClassVar[str] = "ItemKNN"
    grid: ClassVar[dict[str, tuple[float, ...]]] = {
        "neighbours": (50, 100, 200),
        "shrinkage": (0.0, 5.0, 20.0, 50.0),
    }

    neighbours: int = 100
    shrinkage: float = 10.0
    _weights: csr_matrix = field(init=False, repr=False)

    def fit(self, train: csr_matrix) -> Self:
        """Keep, for every item that may be scored, its nearest neighbours."""
        near = cosine_neighbours(train, self.neighbours, self.shrinkage)
        self._weights = csr_matrix(near.T)
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Sum the similarities of each item to the history."""
        return np.asarray((rows @ self._weights).toarray(), dtype=np.float32)


@dataclass
class RP3beta(Baseline):
    r"""Three steps of a random walk, user → item → user → item, with a penalty for popular ends.

    .. math:: s_{ij} = d_j^{-\beta} \sum_u p_{iu}^\alpha\, p_{uj}^\alpha

    Paudel et al. 2017 (https://doi.org/10.1145/2955101).

    :ivar alpha: exponent of the transition probabilities, above 0
    :ivar beta: strength of the popularity penalty, at least 0
    :ivar neighbours: most ends kept for an item
    """

    name: ClassVar[str] = "RP3beta"
    grid: ClassVar[dict[str, tuple[float, ...]]] = {
        "alpha": (0.4, 0.6, 0.8, 1.0),
        "beta": (0.15, 0.3, 0.45, 0.6),
        "neighbours": (100, 400),
    }

    alpha: float = 0.8
    beta: float = 0.4
    neighbours: int = 200
    _weights: csr_matrix = field(init=False, repr=False)

    def fit(self, train: csr_matrix) -> Self:
        """Keep, for every item, the likeliest ends of a walk that starts there."""
        users, items = (np.asarray(train.sum(axis=axis)).ravel() for axis in (1, 0))
        forth = diags(_power(items, -self.alpha)) @ train.T
        back = diags(_power(users, -self.alpha)) @ train @ diags(_power(items, -self.beta))
        forth, back = csr_matrix(forth, dtype=np.float32), csr_matrix(back, dtype=np.float32)

        times_back = _times(back)

        def reached(start: int, stop: int) -> np.ndarray:
            return times_back(csr_matrix(forth[start:stop]))

        self._weights = nearest(reached, train.shape[1], self.neighbours)
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Sum the walks from the history to each item."""
        return np.asarray((rows @ self._weights).toarray(), dtype=np.float32)


def _times(matrix: csr_matrix) -> Callable[[csr_matrix], np.ndarray]:
    """Multiply sparse rows with a matrix; several times faster where it fits densely."""
    if matrix.shape[0] * matrix.shape[1] <= _MOST_DENSE:
        panels = Panels(matrix.toarray())
        return lambda rows: panels.sums(rows).numpy()
    return lambda rows: np.asarray((rows @ matrix).toarray())


def _power(degrees: np.ndarray, exponent: float) -> np.ndarray:
    """Raise to a negative power; a degree of 0 stays 0."""
    return np.where(degrees > 0, np.maximum(degrees, 1.0) ** exponent, 0.0)
