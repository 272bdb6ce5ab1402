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
        self.parts = np.asarray(rows[:, columns].toarray(), dtype=np.float64)

    def divergence(self, sums: Numbers, counts: Numbers) -> Numbers:
        """KL of lists: ``sums`` of their parts, shape ``(m, G')``, and ``counts``, ``(m,)``."""
        given = sums / np.maximum(counts, 1.0)[:, None]
        ratio = self.wanted / ((1.0 - ALPHA) * given + ALPHA * self.wanted)
        return np.maximum(np.log(ratio) @ self.wanted, 0.0)

    def of(self, places: Indices) -> float:
        """KL of a list of the pool's items; at most ``ln(1 / ALPHA)``."""
        counts = self.counts[places].sum(keepdims=True)
        return float(self.divergence(self.parts[places].sum(axis=0)[None], counts)[0])


class Calibrated:
    """The term of a :class:`Mixture` in a list that is being built.

    :param strength: in [0, 1]
    """

    def __init__(self, mixture: Mixture, strength: float) -> None:
        self.strength = strength
        self._mixture = mixture
        self._sums, self._count = np.zeros(mixture.parts.shape[1]), 0.0

    def gains(self) -> Numbers:
        """At most 0, and at least ``-ln(1 / ALPHA)``."""
        mixture = self._mixture
        return -mixture.divergence(self._sums + mixture.parts, self._count + mixture.counts)

    def add(self, place: int) -> None:
        """Add an item's values to those of the list."""
        self._sums = self._sums + self._mixture.parts[place]
        self._count += float(self._mixture.counts[place])
