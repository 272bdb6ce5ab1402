"""Does a list have the user's own mixture, say of genres?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

from kgrec.evaluation.spread import Lists
from kgrec.sparse import equal_parts

# So many users at a time: an attribute may have thousands of values.
_USERS = 1024


def miscalibration(
    items: Lists, history: csr_matrix, values: csr_matrix, *, alpha: float = 0.01
) -> float:
    r"""Mean divergence of the lists' mixture of an attribute from that of the histories.

    .. math:: C(u) = \sum_g p(g|u) \ln \frac{p(g|u)}{(1 - \alpha)\, q(g|u) + \alpha\, p(g|u)}

    with :math:`p(g|u)` the mean of :math:`p(g|i)` over the history and :math:`q(g|u)` over the
    list; an item with several values (genres) counts for each of them in equal parts. From 0 (the
    very mixture) to :math:`\ln(1/\alpha)` (nothing of it). Items without a value do not count, nor
    do users with none in the history or the list; without any other the result is 0.
    Steck 2018 (https://doi.org/10.1145/3240323.3240372).

    :param items: lists of indices, shape ``(users, k)``; -1 is no item
    :param history: binary, one row for each list, shape ``(users, I)``
    :param values: which values each item has, binary, shape ``(I, G)``
    :param alpha: keeps the divergence finite where a list lacks a value, in (0, 1)
    """
    parts = equal_parts(values)
    found: list[npt.NDArray[np.float64]] = []
    for start in range(0, len(items), _USERS):
        block = items[start : start + _USERS]
        wanted = _mixtures(csr_matrix(history[start : start + _USERS]), parts)
        given = _mixtures(_as_rows(block, parts.shape[0]), parts)
        both = (np.diff(wanted.indptr) > 0) & (np.diff(given.indptr) > 0)
        found.append(_divergence(wanted, given, alpha)[both])
    each = np.concatenate(found) if found else np.zeros(0)
    return float(each.mean()) if each.size else 0.0


def _as_rows(items: Lists, num_items: int) -> csr_matrix:
    rows, places = np.nonzero(items >= 0)
    ones = np.ones(len(rows))
    return csr_matrix((ones, (rows, items[rows, places])), shape=(len(items), num_items))


def _mixtures(rows: csr_matrix, parts: csr_matrix) -> csr_matrix:
    """Distributions over values, one a row; empty where there is no value."""
    sums = csr_matrix(rows @ parts)
    totals = np.asarray(sums.sum(axis=1)).ravel()
    mixtures = csr_matrix(diags(1.0 / np.where(totals > 0, totals, 1.0)) @ sums)
    mixtures.eliminate_zeros()
    return mixtures


def _divergence(wanted: csr_matrix, given: csr_matrix, alpha: float) -> npt.NDArray[np.float64]:
    """Kullback–Leibler divergence of each row; only values that are wanted add to it."""
    rows, columns = wanted.nonzero()
    if not rows.size:
        return np.zeros(wanted.shape[0])
    p = np.asarray(wanted[rows, columns]).ravel()
    q = np.asarray(given[rows, columns]).ravel()
    terms = p * np.log(p / ((1.0 - alpha) * q + alpha * p))
    # Rounding may leave a divergence of 0 a little below it.
    return np.maximum(np.bincount(rows, weights=terms, minlength=wanted.shape[0]), 0.0)
