r"""Diversity of a list over the graph: two items are alike by the facts that they share.

The likeness of two items is the cosine of their facts, each weighed by how few items have it, in
[0, 1]; an item without facts is like no other. No square of likenesses is ever held: a step needs
one row of it.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.features import Features
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.policies.greedy import Numbers
from kgrec.sparse import unit_rows
from kgrec.text.words import weigh_rare

_LEAST = 1e-6
"""The smallest factor of a determinant: what is a copy of the list is no worse than that."""


def fact_vectors(features: Features) -> csr_matrix:
    """What items are compared by: unit rows over facts that are shared, shape ``(I, H)``."""
    return unit_rows(weigh_rare(FactHubs.of(features).members))


class MarginalRelevance:
    r"""Maximal marginal relevance: :math:`\Delta(i | S) = -\max_{j \in S} \text{sim}(i, j)`.

    With relevance it is :math:`\lambda r_i - (1 - \lambda) \max_j \text{sim}(i, j)`, where
    :math:`1 - \lambda` is the strength. Carbonell and Goldstein 1998
    (https://doi.org/10.1145/290941.291025).

    :param vectors: unit rows of the pool, shape ``(n, H)``
    :param strength: in [0, 1]
    """

    def __init__(self, vectors: csr_matrix, strength: float) -> None:
        self.strength = strength
        self._likeness = Likeness(vectors)
        self._nearest = np.zeros(vectors.shape[0])

    def gains(self) -> Numbers:
        """In [-1, 0]."""
        return -self._nearest

    def add(self, place: int) -> None:
        """Compare the pool with one more item."""
        self._nearest = np.maximum(self._nearest, self._likeness.row(place))


class Determinant:
    r"""Greedy MAP inference of a determinantal point process.

    .. math:: \Delta(i | S) = \log \det K_{S \cup \{i\}} - \log \det K_S = \log d_i^2

    with :math:`K` the likeness; :math:`d_i^2` is kept up to date by one row of an incremental
    Cholesky factor a step, :math:`O(n |S|)`. With relevance it is :math:`\theta r_i +
    (1 - \theta) \log d_i^2`, where :math:`1 - \theta` is the strength: Chen, Zhang and Zhou 2018,
    "Fast Greedy MAP Inference for Determinantal Point Process" (https://arxiv.org/abs/1709.05135).
    They stop where no item adds volume; here :math:`d_i^2` is at least 1e-6, so that relevance
    orders what is left.

    :param vectors: unit rows of the pool, shape ``(n, H)``
    :param strength: in [0, 1]
    """

    def __init__(self, vectors: csr_matrix, strength: float) -> None:
        self.strength = strength
        self._likeness = Likeness(vectors)
        self._volumes = np.ones(vectors.shape[0])
        self._factor = np.zeros((0, vectors.shape[0]))

    def gains(self) -> Numbers:
        """At most 0, and at least log 1e-6."""
        return np.asarray(np.log(np.maximum(self._volumes, _LEAST)))

    def add(self, place: int) -> None:
        """Take the part that an item spans out of all others."""
        volume = self._volumes[place]
        if volume <= _LEAST:  # it spans nothing that is not spanned
            return
        inner = self._factor[:, place] @ self._factor
        row = (self._likeness.row(place) - inner) / np.sqrt(volume)
        self._factor = np.vstack([self._factor, row])
        self._volumes = self._volumes - row**2


class Likeness:
    """Cosines among the items of a pool, a row at a time.

    :param vectors: unit rows, shape ``(n, H)``
    """

    def __init__(self, vectors: csr_matrix) -> None:
        # As one dense vector a row is compared with all others many times faster than as a matrix.
        columns, places = np.unique(vectors.indices, return_inverse=True)
        shape = (vectors.shape[0], len(columns))
        self._rows = csr_matrix((vectors.data.astype(np.float64), places, vectors.indptr), shape)
        self._one = np.zeros(len(columns))

    def row(self, place: int) -> Numbers:
        """Cosines of one item with all, shape ``(n,)``; with itself 1."""
        own = slice(self._rows.indptr[place], self._rows.indptr[place + 1])
        self._one[self._rows.indices[own]] = self._rows.data[own]
        found = np.asarray(self._rows @ self._one)
        self._one[self._rows.indices[own]] = 0.0
        found[place] = 1.0
        return np.asarray(np.minimum(found, 1.0))
