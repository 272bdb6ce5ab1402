r"""What the takers of an item make of each fact of another: the transfer, taken apart.

The weight that :mod:`kgrec.gnn.linear.transfer` gives a pair is linear in what is known of the item
to recommend. With :math:`D = S\,(K_{ww} + \mu I)^{-1}`,

.. math:: T_{ji} = \sum_m D_{jm} K_{mi}
    = \sum_f \Big(\sum_m D_{jm} x_{mf}\Big) x_{if} + \text{words} + \text{descriptions}
    + \text{amount}

so a fact :math:`f` of the item carries exactly what behaviour taught about the items :math:`m`
that have it. The facets of :mod:`kgrec.gnn.linear.facets`, where they are in use, add
:math:`\langle q_j + x_j W, W_f\rangle\, x_{if}`. An item with users is judged as if its own were
not there, by :math:`D_{jm} - D_{ji} G_{im} / G_{ii}` with :math:`G = (K_{ww} + \mu I)^{-1}`: the
dual weights of the regression without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.newcomers import Newcomers
from kgrec.gnn.linear.transfer import smoothed_behaviour

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

# What is known of so many items is kept: some 500 kB each in a catalog of a few thousand.
_KEPT = 128


@dataclass(frozen=True, eq=False)
class Taken:
    """The weights of some items to one, taken apart.

    :ivar facts: facts of the item, columns of the hubs, shape ``(f,)``
    :ivar by_fact: what each fact carries from each item, shape ``(n, f)``
    :ivar text: what words and descriptions carry from each item, shape ``(n,)``
    :ivar total: all that content carries from each item, shape ``(n,)``
    :ivar modalities: what each further modality carries from each item, shapes ``(n,)``
    """

    facts: Indices
    by_fact: Floats
    text: Floats
    total: Floats
    modalities: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of an item, whoever asks; the dual weights of an item must not be its own.

    :ivar facts: columns of the hubs, shape ``(f,)``
    :ivar loud: how loud each is, shape ``(f,)``
    :ivar like: how alike it is to the warm items in each fact, then in texts, in the amount that is
        known and in each modality, shape ``(w, f + 2 + modalities)``
    :ivar place: its place among the warm items; -1: it has no users
    :ivar left_out: :math:`G_{i\\cdot} / G_{ii}`, shape ``(w,)``
    :ivar of_own: the same times ``like``, one for each column
    """

    facts: Indices
    loud: Floats
    like: Floats
    place: int
    left_out: Floats
    of_own: Floats


@dataclass(frozen=True, eq=False)
class Taste:
    """Takes the weights of a transfer apart.

    :ivar content: what is known of all items
    :ivar histories: what the model was fitted on, binary, shape ``(U, I)``
    :ivar settings: of the transfer, and its facets
    :ivar came_later: whether the items to explain came after the training, when facets are carried
        over by the regression, too
    """

    content: Content
    histories: csr_matrix
    settings: Newcomers
    came_later: bool = False

    @cached_property
    def warm(self) -> Indices:
        """Items with users, sorted, shape ``(w,)``."""
        return np.flatnonzero(np.asarray(self.histories.sum(axis=0)).ravel())

    def of(self, starts: Indices, item: int) -> Taken:
        """Take the weights from some items to one apart.

        :param starts: items of a history, other than ``item``, shape ``(n,)``
        """
        known, duals = self._known(item), self._duals_of(starts)
        parts = duals @ known.like - np.outer(self._own(duals, known), known.of_own)
        size, names = len(known.facts), tuple(self.content.modalities)
        by_fact, of_text, of_amount = parts[:, :size], parts[:, size], parts[:, size + 1]
        modalities = dict(zip(names, parts[:, size + 2 :].T, strict=True))
        if not self.came_later:
            facets = self.settings.facets
            vectors = facets.known[starts]
            of_facets = (vectors @ facets.facts[known.facts].T) * known.loud
            by_fact = by_fact + of_facets
            of_text = of_text + vectors @ facets.items[item] - of_facets.sum(axis=1)
            for name, each in facets.modalities.items():
                carried = vectors @ each[item]
                of_text = of_text - carried
                modalities[name] = modalities[name] + carried
        total = by_fact.sum(axis=1) + of_text + of_amount
        for each in modalities.values():
            total = total + each
        return Taken(known.facts, by_fact, of_text, total, modalities)

    def duals(self, starts: Indices, item: int, others: Indices) -> Floats:
        """How much other warm items teach about what the takers of each item like.

        :param starts: see :meth:`of`
        :param others: shape ``(m,)``
        :return: shape ``(n, m)``
        """
        known, duals, columns = self._known(item), self._duals_of(starts), self.places[others]
        own = np.outer(self._own(duals, known), known.left_out[columns])
        return np.asarray(duals[:, columns] - own)

    def _duals_of(self, starts: Indices) -> Floats:
        places = self.places[starts]
        rows = self._duals[places]
        rows[places < 0] = 0
        return rows

    @staticmethod
    def _own(duals: Floats, known: _Known) -> Floats:
        """:math:`D_{ji}`, shape ``(n,)``; 0 where the item has no users."""
        return np.asarray(duals[:, known.place] * (known.place >= 0))

    @cached_property
    def _known(self) -> Callable[[int], _Known]:
        # Lists of different users name the same items.
        return lru_cache(_KEPT)(self._known_of)

    def _known_of(self, item: int) -> _Known:
        row, place = self.content.facts[[item]], int(self.places[item])
        of_text = self.content.text_kernel_with(item, self.settings.text)[self.warm]
        of_amount = self.content.amount_kernel_with(item)[self.warm]
        of_facts = self._warm_by_fact[row.indices].multiply(row.data[:, None]).toarray().T
        of_modalities = [
            self.content.modality_kernel_with(name, item, self.settings.modalities)[self.warm]
            for name in self.content.modalities
        ]
        columns = [of_facts, of_text, of_amount, *of_modalities]
        like = np.column_stack(columns).astype(np.float32)
        inverse = self._inverse[place] if place >= 0 else np.zeros_like(of_text)
        left_out = inverse / inverse[place] if place >= 0 else inverse
        facts = row.indices.astype(np.int64)
        return _Known(facts, row.data, like, place, left_out, left_out @ like)

    @cached_property
    def places(self) -> Indices:
        """The place of each item among the warm ones; -1 for the others."""
        places = np.full(self.histories.shape[1], -1)
        places[self.warm] = np.arange(len(self.warm))
        return places

    @cached_property
    def _warm_by_fact(self) -> csr_matrix:
        return csr_matrix(self.content.facts[self.warm].T)

    @cached_property
    def _duals(self) -> Floats:
        """:math:`D`, shape ``(w, w)``."""
        _, smooth = smoothed_behaviour(self.histories, self.settings.smoothing)
        if self.came_later:
            facets = self.settings.facets
            smooth = smooth + facets.known[self.warm] @ facets.items[self.warm].T
        return smooth @ self._inverse

    @cached_property
    def _inverse(self) -> Floats:
        """:math:`G`, shape ``(w, w)``."""
        kernel = self._kernel[np.ix_(self.warm, self.warm)]
        unit = np.eye(len(self.warm), dtype=np.float32)
        factor = cho_factor(kernel + np.float32(self.settings.ridge) * unit)
        return np.asarray(cho_solve(factor, unit))

    @property
    def _kernel(self) -> Floats:
        return self.content.kernel(self.settings.text, self.settings.modalities)

    @cached_property
    def fact_part(self) -> Floats:
        """How much of each weight facts carry, where there is one, shape ``(I, I)``."""
        of_facts = self._weights((self.content.facts @ self.content.facts.T).toarray())
        total = self._weights(self._kernel)
        if not self.came_later:
            facets = self.settings.facets
            of_facts += facets.known @ (self.content.facts @ facets.facts).T
            total += facets.known @ facets.items.T
        return np.divide(of_facts, total, out=np.zeros_like(total), where=total != 0)

    def _weights(self, kernel: Floats) -> Floats:
        """What a part of the kernel gives each pair of items, shape ``(I, I)``."""
        warm, (duals, inverse) = self.warm, (self._duals, self._inverse)
        weights = np.zeros_like(kernel)
        weights[warm] = duals @ kernel[warm]
        own = np.einsum("im,mi->i", inverse, kernel[np.ix_(warm, warm)]) / inverse.diagonal()
        weights[np.ix_(warm, warm)] -= duals * own
        return weights
