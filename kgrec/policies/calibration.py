r"""Calibration: a list with the mixture of the history.

.. math:: \Delta(i | S) = -\mathrm{KL}(p, \tilde q_{S \cup \{i\}}), \qquad
    \mathrm{KL}(p, \tilde q) = \sum_g p_g \ln \frac{p_g}{(1 - \alpha) q_g + \alpha p_g}

with :math:`p` the mixture of the history and :math:`q` that of the list; an item with several
values counts for each of them in equal parts, one without any does not count. Greedy, as in Steck
2018, "Calibrated Recommendations" (https://doi.org/10.1145/3240323.3240372).
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.policies.greedy import Indices, Numbers

ALPHA = 0.01
"""Keeps the divergence finite where a list lacks a value."""


class Mixture:
    """The mixture of one user, and how far lists from a pool are from it.

    :param history: weights of the user's items, shape ``(1, I)``
    :param parts: rows of all items that sum to 1, or are empty, shape ``(I, G)``
    :param pool: items to choose from, shape ``(n,)``
    """

    def __init__(self, history: csr_matrix, parts: csr_matrix, pool: Indices) -> None:
        sums = csr_matrix(history @ parts)
        # Values that the history lacks add nothing to the divergence.
        columns, wanted = sums.indices[sums.data > 0], sums.data[sums.data > 0]
        self.wanted = np.asarray(wanted, dtype=np.float64) / max(float(wanted.sum()), 1e-300)
        rows = csr_matrix(parts[pool])
        self.counts = (np.diff(rows.indptr) > 0).astype(np.float64)
        self.parts = csr_matrix(rows[:, columns], dtype=np.float64)
        self._rows = np.repeat(np.arange(len(pool)), np.diff(self.parts.indptr))

    def of(self, places: Indices) -> float:
        """KL of a list of the pool's items; at most ``ln(1 / ALPHA)``."""
        sums = np.asarray(self.parts[places].sum(axis=0)).ravel()
        terms = _terms(self.wanted, sums, float(self.counts[places].sum()))
        return max(float(terms.sum()), 0.0)

    def after(self, sums: Numbers, count: float) -> Numbers:
        """KL of a list and one more item, for each item of the pool, shape ``(n,)``.

        Only the values that an item has change otherwise than with the length of the list.

        :param sums: of the parts of the list, shape ``(G',)``
        :param count: how many of its items have a value
        """
        same, longer = (_terms(self.wanted, sums, count + more) for more in (0.0, 1.0))
        columns = self.parts.indices
        grown = _terms(self.wanted[columns], sums[columns] + self.parts.data, count + 1.0)
        change = np.bincount(self._rows, grown - longer[columns], minlength=len(self.counts))
        found = np.where(self.counts > 0, longer.sum() + change, same.sum())
        return np.asarray(np.maximum(found, 0.0))


def _terms(wanted: Numbers, sums: Numbers, count: float) -> Numbers:
    """What each value adds to the divergence."""
    given = sums / max(count, 1.0)
    return np.asarray(wanted * np.log(wanted / ((1.0 - ALPHA) * given + ALPHA * wanted)))


class Calibrated:
    """The term of a :class:`Mixture` in a list that is being built.

    :param strength: in [0, 1]
    """

    def __init__(self, mixture: Mixture, strength: float) -> None:
        self.strength = strength
        self._mixture = mixture
        self._sums, self._count = np.zeros(len(mixture.wanted)), 0.0

    def gains(self) -> Numbers:
        """At most 0, and at least ``-ln(1 / ALPHA)``."""
        return -self._mixture.after(self._sums, self._count)

    def add(self, place: int) -> None:
        """Add an item's values to those of the list."""
        parts = self._mixture.parts
        own = slice(parts.indptr[place], parts.indptr[place + 1])
        self._sums[parts.indices[own]] += parts.data[own]
        self._count += float(self._mixture.counts[place])
