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

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.newcomers import Newcomers
from kgrec.gnn.linear.transfer import smoothed_behaviour

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Taken:
    """The weights of some items to one, taken apart.

    :ivar facts: facts of the item, columns of the hubs, shape ``(f,)``
    :ivar by_fact: what each fact carries from each item, shape ``(n, f)``
    :ivar text: what words and descriptions carry from each item, shape ``(n,)``
    :ivar total: all that content carries from each item, shape ``(n,)``
    :ivar duals: how much each warm item teaches about what the takers of each item like, shape
        ``(n, w)``
    """

    facts: Indices
    by_fact: Floats
    text: Floats
    total: Floats
    duals: Floats


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
        duals, facts = self._duals_of(starts, item), self.content.facts
        row, text = facts[[item]], self.settings.text
        by_fact = np.asarray(facts[self.warm][:, row.indices].T @ duals.T).T * row.data
        of_text = duals @ self.content.text_kernel_with(item, text)[self.warm]
        of_amount = duals @ self.content.amount_kernel_with(item)[self.warm]
        if not self.came_later:
            facets = self.settings.facets
            known = facets.known[starts]
            of_facets = (known @ facets.facts[row.indices].T) * row.data
            by_fact = by_fact + of_facets
            of_text = of_text + known @ facets.items[item] - of_facets.sum(axis=1)
        total = by_fact.sum(axis=1) + of_text + of_amount
        return Taken(row.indices.astype(np.int64), by_fact, of_text, total, duals)

    def _duals_of(self, starts: Indices, item: int) -> Floats:
        rows = self.places[starts]
        duals = np.where(rows[:, None] >= 0, self._duals[rows], np.float32(0))
        place = self.places[item]
        if place < 0:
            return duals
        row = self._inverse[place]
        return np.asarray(duals - np.outer(duals[:, place], row / row[place]))

    @cached_property
    def places(self) -> Indices:
        """The place of each item among the warm ones; -1 for the others."""
        places = np.full(self.histories.shape[1], -1)
        places[self.warm] = np.arange(len(self.warm))
        return places

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
        kernel = self.content.kernel(self.settings.text)[np.ix_(self.warm, self.warm)]
        unit = np.eye(len(self.warm), dtype=np.float32)
        factor = cho_factor(kernel + np.float32(self.settings.ridge) * unit)
        return np.asarray(cho_solve(factor, unit))

    @cached_property
    def fact_part(self) -> Floats:
        """How much of each weight facts carry, where there is one, shape ``(I, I)``."""
        text = self.settings.text
        of_facts = self._weights(np.asarray(self.content.facts @ self.content.facts.T.toarray()))
        total = self._weights(self.content.kernel(text))
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
