r"""How much each relation tells about behaviour: a gate that lets useless facts fall silent.

Each role :math:`r` (a relation in one direction) makes two items similar by the hubs they share,
:math:`K_r = F_r F_r^\top`. The gates are the non-negative weights for which
:math:`\sum_r w_r K_r` is best aligned with the similarity of items in *behaviour*, the cosine of
their users; similarities are centred and their diagonals left out. This is ALIGNF of Cortes, Mohri
and Rostamizadeh, "Algorithms for Learning Kernels Based on Centered Alignment", JMLR 2012
(https://jmlr.org/papers/v13/cortes12a.html), and takes one sparse product and a least-squares fit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.optimize import nnls
from scipy.sparse import csr_matrix, diags

from kgrec.gnn.linear.hubs import FactHubs

# Items with fewer users say nothing reliable about which relations matter.
_FEWEST_USERS = 3
_RIDGE = 1e-3


def relation_gates(hubs: FactHubs, train: csr_matrix) -> npt.NDArray[np.float32]:
    """Learn a gate for every role of ``hubs``.

    Gates are scaled so that an item's facts weigh, on average, as much as its users; where
    behaviour is too scarce to tell, all roles have the same gate.

    :param hubs: the catalog
    :param train: binary interactions, shape ``(U, I)``
    :return: float32, at least 0, shape ``(roles,)``
    """
    count = np.asarray(train.sum(axis=0)).ravel()
    warm = count >= _FEWEST_USERS
    num_roles = len(hubs.relations)
    gates = np.ones(num_roles)
    if warm.sum() > 2 and num_roles:
        aligned = _align(csr_matrix(hubs.members[warm]), hubs.roles, csr_matrix(train[:, warm]))
        gates = aligned if aligned.any() else gates
    sizes = np.asarray(hubs.members @ gates[hubs.roles]).mean() if num_roles else 0.0
    scale = count.mean() / sizes if sizes > 0 else 1.0
    return (gates * scale).astype(np.float32)


def _align(
    members: csr_matrix, roles: npt.NDArray[np.int64], train: csr_matrix
) -> npt.NDArray[np.float64]:
    """Solve for the gates; the behaviour is one more kernel, in the last place."""
    num_roles = int(roles.max()) + 1
    norms = 1 / np.sqrt(np.maximum(np.asarray(train.sum(axis=0)).ravel(), 1))
    users = csr_matrix((train @ diags(norms)).T, dtype=np.float64)
    kernels = [csr_matrix(members[:, roles == role], dtype=np.float64) for role in range(num_roles)]
    products = _inner_products([*kernels, users])
    scale = np.sqrt(np.maximum(np.diag(products), 1e-12))
    products /= scale[:, None] * scale[None, :]
    gram, target = products[:-1, :-1], products[:-1, -1]
    lower = np.linalg.cholesky(gram + _RIDGE * np.eye(num_roles))
    weights, _ = nnls(lower.T, solve_triangular(lower, target, lower=True))
    # A role without any pair of items to join has no kernel to speak of.
    return np.where(scale[:-1] > 1e-5, weights / scale[:-1], 0.0)


def _inner_products(factors: list[csr_matrix]) -> npt.NDArray[np.float64]:
    r"""Frobenius products of the centred kernels :math:`F F^\top` without their diagonals.

    No kernel is ever built: :math:`\langle F F^\top, G G^\top\rangle = \|F^\top G\|^2`, and
    centring takes row sums only.

    :return: shape ``(len(factors), len(factors))``
    """
    n = factors[0].shape[0]
    diagonals = np.stack([np.asarray(f.multiply(f).sum(axis=1)).ravel() for f in factors])
    sums = np.stack([np.asarray(f @ np.asarray(f.sum(axis=0)).ravel()) for f in factors])
    sums = sums - diagonals
    whole = _squared_products(factors) - diagonals @ diagonals.T
    totals = sums.sum(axis=1)
    return np.asarray(whole - 2 / n * sums @ sums.T + np.outer(totals, totals) / n**2)


def _squared_products(factors: list[csr_matrix]) -> npt.NDArray[np.float64]:
    size = len(factors)
    result = np.zeros((size, size))
    for row in range(size):
        for column in range(row, size):
            product = (factors[row].T @ factors[column]).data
            result[row, column] = result[column, row] = product @ product
    return result
