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

Many invented users stand out less each, for they are a part of what is usual. But they have an item
in common, and it is taken by unusual people alone: so the excess of those who share an item counts
as well, of each user's items the one where it is least like chance. That tells apart invented users
who are up to a quarter of all. Profiles that are copies of one another, without fillers, have
little leverage and are not found.
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
_FEWEST = 3
"""Takers of an item from which a group can be told."""

Floats = npt.NDArray[np.float64]


def leverage(histories: csr_matrix, regularisation: float = _REGULARISATION) -> Floats:
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


def excess_leverage(histories: csr_matrix) -> Floats:
    """The logarithm of a user's leverage against what is usual for the length of the history.

    The weight of items is the same whoever counts them: the order of users and items does not
    matter.

    :param histories: binary, shape ``(U, I)``, each user with one item at least
    :return: in standard deviations, shape ``(U,)``
    """
    return _unusual(np.log(np.maximum(leverage(histories), 1e-12)), histories)


def shared_excess(histories: csr_matrix, excess: Floats) -> Floats:
    r"""How unusual the takers of an item are, at each user the item where they are most so.

    :math:`z_i = \sqrt{n_i}\, \bar e_i`, which of takers who come by chance has a deviation of 1,
    and of each user the largest of these, against what is usual for the length of the history.

    :param histories: binary, shape ``(U, I)``, each user with one item at least
    :param excess: :math:`e`, of :func:`excess_leverage`
    :return: in standard deviations, shape ``(U,)``
    """
    takers = np.asarray(histories.sum(axis=0), dtype=np.float64).ravel()
    summed = np.asarray(histories.T @ excess, dtype=np.float64).ravel()
    group = np.divide(summed, np.sqrt(takers), out=np.zeros_like(summed), where=takers > 0)
    group[takers < _FEWEST] = 0.0
    most = np.maximum.reduceat(group[histories.indices], histories.indptr[:-1])
    return _unusual(most, histories)


def suspicion(histories: csr_matrix) -> Floats:
    """How much a user looks like one who was invented: the excess, own and shared.

    :param histories: binary, shape ``(U, I)``
    :return: shape ``(U,)``; -inf for users without a history
    """
    found = np.full(histories.shape[0], -np.inf)
    known = np.flatnonzero(np.diff(histories.indptr))
    if len(known):
        rows = csr_matrix(histories[known])
        own = excess_leverage(rows)
        found[known] = np.round(own + shared_excess(rows, own), 6)
    return found


def _unusual(values: Floats, histories: csr_matrix) -> Floats:
    """Values against a parabola in the logarithm of the lengths, in standard deviations."""
    size = np.log(np.diff(histories.indptr))
    size -= size.mean()
    powers = np.stack([np.ones_like(size), size, size**2], axis=1)
    usual, *_ = np.linalg.lstsq(powers, values, rcond=None)
    left = np.asarray(values - powers @ usual, dtype=np.float64)
    spread = left.std()
    # Where all are alike, what is left is rounding.
    return left / spread if spread > 1e-9 else np.zeros_like(left)


def most_influential(histories: csr_matrix, share: float) -> npt.NDArray[np.int64]:
    """The users who are most suspicious, sorted.

    :param histories: binary, shape ``(U, I)``
    :param share: of the users with a history, in [0, 1); rounded down
    """
    count = int(share * (np.diff(histories.indptr) > 0).sum())
    order = np.argsort(-suspicion(histories), kind="stable") if count else np.zeros(0, int)
    return np.sort(order[:count]).astype(np.int64)


def learned_from(features: Features, trim: float) -> Features:
    """The same numbers without what the most suspicious users did; nobody's place changes.

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
