"""EASE: a linear item-item model in closed form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.evaluate.baselines import Baseline


@dataclass
class EASE(Baseline):
    r"""Embarrassingly shallow autoencoder: ridge regression of every item on all others.

    .. math:: P = (X^T X + \lambda I)^{-1}, \qquad B = I - P\,\mathrm{diag}(P)^{-1}

    Steck 2019 (https://arxiv.org/abs/1905.03375).

    :ivar regularisation: :math:`\lambda`, above 0
    :cvar most_items: a catalog larger than this is refused: the weights are a dense square
    """

    name: ClassVar[str] = "EASE"
    most_items: ClassVar[int] = 12_000
    grid: ClassVar[dict[str, tuple[float, ...]]] = {
        "regularisation": (10.0, 25.0, 50.0, 100.0, 200.0, 300.0, 500.0, 1000.0)
    }

    regularisation: float = 200.0
    _weights: np.ndarray = field(init=False, repr=False)

    def fit(self, train: csr_matrix) -> Self:
        """Solve for the item-item weights.

        :raises ConfigError: if there are more than ``most_items`` items
        """
        users, items = train.shape
        if items > self.most_items:
            raise ConfigError(
                f"EASE needs a dense matrix of {items:,} x {items:,} weights; it is limited to "
                f"{self.most_items:,} items: leave it out for this catalog."
            )
        solve = _inverse_by_users if users < items else _inverse_by_items
        weights = solve(csr_matrix(train, dtype=np.float64), self.regularisation)
        weights /= -np.diag(weights).copy()
        np.fill_diagonal(weights, 0.0)
        self._weights = weights.astype(np.float32)
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Multiply the histories with the weights."""
        return np.asarray(rows @ self._weights, dtype=np.float32)


def _inverse_by_items(train: csr_matrix, regularisation: float) -> np.ndarray:
    return _inverse(train.T @ train, regularisation)


def _inverse_by_users(train: csr_matrix, regularisation: float) -> np.ndarray:
    """Woodbury: invert the square of the users where it is the smaller one; the rest is sparse.

    .. math:: (X^T X + \\lambda I)^{-1} = \\lambda^{-1} (I - X^T (X X^T + \\lambda I)^{-1} X)
    """
    small = _inverse(train @ train.T, regularisation)
    spread = np.ascontiguousarray((train.T @ small).T)  # small is symmetric: this is small @ train
    inverse = np.asarray(train.T @ spread)
    inverse /= -regularisation
    inverse[np.diag_indices_from(inverse)] += 1 / regularisation
    return inverse


def _inverse(gram: csr_matrix, regularisation: float) -> np.ndarray:
    """Invert ``gram + regularisation * I``, positive definite, by Cholesky."""
    square = gram.toarray(order="F")
    square[np.diag_indices_from(square)] += regularisation
    factor, failed = dpotrf(square, lower=1, overwrite_a=1)
    inverse, broken = dpotri(factor, lower=1, overwrite_c=1)
    if failed or broken:
        raise ConfigError(f"EASE cannot invert its matrix: raise regularisation={regularisation}.")
    # LAPACK fills the lower triangle alone; the upper one is zero.
    whole = inverse + inverse.T
    whole[np.diag_indices_from(whole)] /= 2
    return np.asarray(whole)
