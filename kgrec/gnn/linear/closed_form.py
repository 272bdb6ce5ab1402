r"""Ridge regression of every item on all others, in closed form.

EASE (Steck 2019, https://arxiv.org/abs/1905.03375) learns item–item weights from a matrix whose
rows are users. Here a row may be any *hub*: a user, or a node of the catalog with the items that
are attached to it, so that facts and behaviour are weighed in one regression:

.. math:: P = (A^\top \Omega A + \lambda I)^{-1}, \qquad B = I - P\,\mathrm{diag}(P)^{-1}

with one row of :math:`A` a hub and its weight on the diagonal of :math:`\Omega`. The weight of a
pair is a sum over the hubs that hold its first item (the regression seen from its dual side):

.. math:: B_{ji} = \frac{1}{\lambda} \sum_h \omega_h A_{hj} (A_{hi} - (AB)_{hi}), \quad j \ne i

which is how :mod:`kgrec.explain` says how much of a pair's weight is owed to which hub.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError

MOST_ITEMS = 12_000
"""A catalog larger than this is refused: the weights are a dense square."""


def ridge_weights(hubs: csr_matrix, regularisation: float) -> npt.NDArray[np.float32]:
    """Solve for the item–item weights.

    :param hubs: hubs by items; a hub's weight enters as its square root, shape ``(H, I)``
    :param regularisation: :math:`\\lambda`, above 0
    :return: the weight of a column's item given a row's item, zero diagonal, shape ``(I, I)``
    :raises ConfigError: if there are more than :data:`MOST_ITEMS` items, or the matrix is singular
    """
    rows, items = hubs.shape
    if items > MOST_ITEMS:
        raise ConfigError(
            f"A dense matrix of {items:,} x {items:,} weights is needed; it is limited to "
            f"{MOST_ITEMS:,} items: leave the closed form out for this catalog."
        )
    solve = _inverse_by_hubs if rows < items else _inverse_by_items
    return _weights(solve(csr_matrix(hubs, dtype=np.float64), regularisation))


def ridge_of_square(square: csr_matrix, regularisation: float) -> npt.NDArray[np.float32]:
    """The same from :math:`A^\\top \\Omega A`, float64, shape ``(I, I)``."""
    return _weights(ridge_inverse(square, regularisation))


def _weights(inverse: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    inverse /= -np.diag(inverse).copy()
    np.fill_diagonal(inverse, 0.0)
    return inverse.astype(np.float32)


def _inverse_by_items(hubs: csr_matrix, regularisation: float) -> npt.NDArray[np.float64]:
    return ridge_inverse(hubs.T @ hubs, regularisation)


def _inverse_by_hubs(hubs: csr_matrix, regularisation: float) -> npt.NDArray[np.float64]:
    """Woodbury: invert the square of the hubs where it is the smaller one; the rest is sparse.

    .. math:: (X^T X + \\lambda I)^{-1} = \\lambda^{-1} (I - X^T (X X^T + \\lambda I)^{-1} X)
    """
    small = ridge_inverse(hubs @ hubs.T, regularisation)
    spread = np.ascontiguousarray((hubs.T @ small).T)  # small is symmetric: this is small @ hubs
    inverse = np.asarray(hubs.T @ spread)
    inverse /= -regularisation
    inverse[np.diag_indices_from(inverse)] += 1 / regularisation
    return inverse


def ridge_inverse(gram: csr_matrix, regularisation: float) -> npt.NDArray[np.float64]:
    """Invert ``gram + regularisation * I``, positive definite, by Cholesky.

    :param gram: symmetric, shape ``(n, n)``
    :param regularisation: above 0
    :return: shape ``(n, n)``
    :raises ConfigError: if the matrix is singular
    """
    square = gram.astype(np.float64).toarray(order="F")
    square[np.diag_indices_from(square)] += regularisation
    factor, failed = dpotrf(square, lower=1, overwrite_a=1)
    inverse, broken = dpotri(factor, lower=1, overwrite_c=1)
    if failed or broken:
        raise ConfigError(
            f"The closed form cannot invert its matrix: raise regularisation={regularisation}."
        )
    # LAPACK fills the lower triangle alone; the upper one is zero.
    whole = inverse + inverse.T
    whole[np.diag_indices_from(whole)] /= 2
    return np.asarray(whole)
