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
    """

    facts: Indices
    by_fact: Floats
    text: Floats
    total: Floats


@dataclass(frozen=True, eq=False)
class _Rows:
    """Some rows of the dual weights without what an item says of itself, never made as a whole.

    :ivar duals: rows of :math:`D`, shape ``(n, w)``
    :ivar own: :math:`D_{ji}`, shape ``(n,)``
    :ivar left_out: :math:`G_{i\\cdot} / G_{ii}`, shape ``(w,)``
    """

    duals: Floats
    own: Floats
    left_out: Floats

    def times(self, columns: csr_matrix | Floats) -> Floats:
        """Multiply with the transpose of some rows, shape ``(c, w)``: shape ``(n, c)``."""
        of_own = np.asarray(columns @ self.left_out)
        return np.asarray((columns @ self.duals.T).T - np.outer(self.own, of_own))


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
        facts, text = self.content.facts, self.settings.text
        row, rows = facts[[item]], self._rows_of(starts, item)
        by_fact = rows.times(self._warm_by_fact[row.indices]) * row.data
        of_text = rows.times(self.content.text_kernel_with(item, text)[None, self.warm])[:, 0]
        of_amount = rows.times(self.content.amount_kernel_with(item)[None, self.warm])[:, 0]
        if not self.came_later:
            facets = self.settings.facets
            known = facets.known[starts]
            of_facets = (known @ facets.facts[row.indices].T) * row.data
            by_fact = by_fact + of_facets
            of_text = of_text + known @ facets.items[item] - of_facets.sum(axis=1)
        total = by_fact.sum(axis=1) + of_text + of_amount
        return Taken(row.indices.astype(np.int64), by_fact, of_text, total)

    def duals(self, starts: Indices, item: int, others: Indices) -> Floats:
        """How much other warm items teach about what the takers of each item like.

        :param starts: see :meth:`of`
        :param others: shape ``(m,)``
        :return: shape ``(n, m)``
        """
        rows, columns = self._rows_of(starts, item), self.places[others]
        return np.asarray(rows.duals[:, columns] - np.outer(rows.own, rows.left_out[columns]))

    def _rows_of(self, starts: Indices, item: int) -> _Rows:
        places, place = self.places[starts], self.places[item]
        rows = self._duals[places]
        if (places < 0).any():
            rows[places < 0] = 0
        if place < 0:
            nothing = np.zeros(len(self.warm), dtype=np.float32)
            return _Rows(rows, np.zeros(len(starts), dtype=np.float32), nothing)
        row = self._inverse[place]
        return _Rows(rows, rows[:, place], row / row[place])

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
        kernel = self.content.kernel(self.settings.text)[np.ix_(self.warm, self.warm)]
        unit = np.eye(len(self.warm), dtype=np.float32)
        factor = cho_factor(kernel + np.float32(self.settings.ridge) * unit)
        return np.asarray(cho_solve(factor, unit))

    @cached_property
    def fact_part(self) -> Floats:
        """How much of each weight facts carry, where there is one, shape ``(I, I)``."""
        text = self.settings.text
        of_facts = self._weights((self.content.facts @ self.content.facts.T).toarray())
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
