r"""Users who pull a model harder than others with as long a history, and fitting without them.

The leverage of a user in a ridge regression of items on items is the diagonal of its hat matrix,

.. math:: h_u = x_u (X^\top X + \lambda I)^{-1} x_u^\top,

how much of the fit to the user's row is owed to that row alone; between 0 and 1. It grows with the
history, and invented users who push an item stand out: their items go together in no one's history
but theirs, so that each moves weights which nobody else speaks for. To leave out the rows of most
leverage bounds the influence of anyone, as in bounded-influence regression (Krasker and Welsch,
JASA 1982, https://doi.org/10.1080/01621459.1982.10477855) and trimmed least squares (Rousseeuw,
JASA 1984, https://doi.org/10.1080/01621459.1984.10477105). Users who are left out teach the model
nothing; they are served like all others, for a user is what is in the history.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

from kgrec.errors import ConfigError
from kgrec.features import Features
from kgrec.gnn.linear.closed_form import MOST_ITEMS, ridge_inverse

_REGULARISATION = 500.0
"""On MovieLens-100K with invented users 500 told them apart better than 50."""

_BLOCK = 1024


def leverage(
    histories: csr_matrix, regularisation: float = _REGULARISATION
) -> npt.NDArray[np.float64]:
    """How much of the fit to each user's row is owed to that row, shape ``(U,)``, in [0, 1).

    :param histories: binary, shape ``(U, I)``
    :param regularisation: above 0
    :raises ConfigError: if there are more than :data:`MOST_ITEMS` users and as many items
    """
    rows = csr_matrix(histories, dtype=np.float64)
    users, items = rows.shape
    if min(users, items) > MOST_ITEMS:
        raise ConfigError(
            f"Influence is measured with up to {MOST_ITEMS:,} users or items, not with {users:,} "
            f"and {items:,}: set gnn.trim = 0."
        )
    if users < items:  # by the users' square: h = 1 - lambda diag((X X' + lambda I)^-1)
        return 1 - regularisation * np.diag(ridge_inverse(rows @ rows.T, regularisation))
    inverse = ridge_inverse(rows.T @ rows, regularisation)
    found = np.empty(users)
    for start in range(0, users, _BLOCK):  # all rows at once would be dense, users by items
        block = csr_matrix(rows[start : start + _BLOCK])
        pulls = block.multiply(block @ inverse).sum(axis=1)
        found[start : start + _BLOCK] = np.asarray(pulls, dtype=np.float64).ravel()
    return found


def excess_leverage(histories: csr_matrix) -> npt.NDArray[np.float64]:
    """The logarithm of a user's leverage against what is usual for the length of the history.

    What is usual is a parabola in logarithms, by least squares. The weight of items is the same
    whoever counts them: the order of users and items does not matter.

    :param histories: binary, shape ``(U, I)``
    :return: shape ``(U,)``; -inf for users without a history
    """
    lengths = np.diff(histories.indptr)
    found = np.full(len(lengths), -np.inf)
    known = np.flatnonzero(lengths)
    if not len(known):
        return found
    size = np.log(lengths[known])
    size -= size.mean()
    pull = np.log(np.maximum(leverage(csr_matrix(histories[known])), 1e-12))
    powers = np.stack([np.ones_like(size), size, size**2], axis=1)
    usual, *_ = np.linalg.lstsq(powers, pull, rcond=None)
    found[known] = np.round(pull - powers @ usual, 9)
    return found


def most_influential(histories: csr_matrix, share: float) -> npt.NDArray[np.int64]:
    """The users whose leverage is highest for the length of their history, sorted.

    :param histories: binary, shape ``(U, I)``
    :param share: of the users with a history, in [0, 1); rounded down
    """
    count = int(share * (np.diff(histories.indptr) > 0).sum())
    order = np.argsort(-excess_leverage(histories), kind="stable") if count else np.zeros(0, int)
    return np.sort(order[:count]).astype(np.int64)


def learned_from(features: Features, trim: float) -> Features:
    """The same numbers without what the most influential users did; nobody's place changes.

    :param trim: the share of users who are left out, in [0, 1); 0: nobody
    :raises ConfigError: if there are too many users and items to tell
    """
    if not trim:
        return features
    kept = np.ones(len(features.users))
    kept[most_influential(features.history, trim)] = 0

    def without(matrix: csr_matrix) -> csr_matrix:
        left = csr_matrix(diags(kept) @ matrix, dtype=np.float32)
        left.eliminate_zeros()
        left.sort_indices()
        return left

    ages = (features.train_ages, features.history_ages)
    train_ages, history_ages = (each if each is None else without(each) for each in ages)
    return dataclasses.replace(
        features,
        train=without(features.train),
        valid=without(features.valid),
        train_ages=train_ages,
        history_ages=history_ages,
    )
