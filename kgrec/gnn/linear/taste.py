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
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.newcomers import Newcomers
from kgrec.gnn.linear.transfer import smoothed_behaviour
from kgrec.sparse import dense_row, places_of, row_of, sums_of

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

# What is known of some items, 16 at least, is kept in about so many bytes, beside their modalities.
_AT_ONCE = 4
_KEPT = 2**25


@dataclass(frozen=True, eq=False)
class Taught:
    """What behaviour teaches of one item, the items of a history taken together.

    :ivar by_item: what each warm item teaches, shape ``(w,)``
    :ivar by_fact: what each fact of the item carries, shape ``(f,)``
    :ivar text: what words and descriptions carry
    :ivar modalities: what each further modality carries
    """

    by_item: Floats
    by_fact: Floats
    text: float
    modalities: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Holders:
    """The items that have some facts, fact after fact.

    :ivar items: shape ``(h,)``
    :ivar loud: how loud the fact is in each, shape ``(h,)``
    :ivar sizes: how many have each fact, at least 1, shape ``(f,)``
    """

    items: Indices
    loud: Floats
    sizes: Indices


@dataclass(frozen=True, eq=False)
class Taken:
    """The weights of some items to one, taken apart.

    :ivar starts: these items, shape ``(n,)``
    :ivar total: all that content carries from each, shape ``(n,)``
    """

    taste: Taste
    starts: Indices
    item: int
    total: Floats

    @cached_property
    def facts(self) -> Indices:
        """Facts of the item, columns of the hubs, shape ``(f,)``."""
        return np.asarray(row_of(self.taste.content.facts, self.item)[0], dtype=np.int64)

    @cached_property
    def holders(self) -> Holders:
        """Who has these facts."""
        return self.taste.holders(self.item)

    def weighed(self, scale: npt.NDArray[np.float64]) -> Taught:
        """Sum what the starts carry.

        :param scale: how much each start counts, shape ``(n,)``
        """
        taste, known = self.taste, self.taste.known(self.item)
        scales = scale.astype(np.float32)
        by_item = scales @ taste.duals_of(self.starts)
        if known.place >= 0:
            by_item -= by_item[known.place] * known.left_out
        by_fact, text = self._summed(by_item), float(by_item @ known.text)
        modalities = {name: float(by_item @ each) for name, each in known.modalities.items()}
        if not taste.came_later:
            facets = taste.settings.facets
            vector = scales @ facets.known[self.starts]
            loud = row_of(taste.content.facts, self.item)[1]
            of_facets = (facets.facts[self.facts] @ vector) * loud
            by_fact = by_fact + of_facets
            of_modalities = {
                name: float(each[self.item] @ vector) for name, each in facets.modalities.items()
            }
            text += float(facets.items[self.item] @ vector) - float(of_facets.sum())
            text -= sum(of_modalities.values())
            modalities = {
                name: part + of_modalities.get(name, 0.0) for name, part in modalities.items()
            }
        return Taught(by_item, by_fact, text, modalities)

    def _summed(self, by_item: Floats) -> Floats:
        """What the warm items that have a fact teach of it, shape ``(f,)``."""
        taste = self.taste
        taught = np.zeros(len(taste.places), dtype=np.float32)
        taught[taste.warm] = by_item
        sums = sums_of(self.holders.loud * taught[self.holders.items], self.holders.sizes)
        return np.asarray(sums * row_of(taste.content.facts, self.item)[1], dtype=np.float32)


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of an item, whoever asks; the dual weights of an item must not be its own.

    :ivar text: how alike its texts are to those of the warm items, shape ``(w,)``
    :ivar like: the same in all, a column of the kernel, shape ``(w,)``
    :ivar place: its place among the warm items; -1: it has no users
    :ivar left_out: :math:`G_{i\\cdot} / G_{ii}`, shape ``(w,)``; 0 where it has no users
    :ivar modalities: how alike it is to the warm items in each further modality, shapes ``(w,)``
    """

    text: Floats
    like: Floats
    place: int
    left_out: Floats
    modalities: Mapping[str, Floats]


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

        :param starts: items of a history; the weight of ``item`` itself means nothing, shape
            ``(n,)``
        """
        known, duals = self.known(item), self.duals_of(starts)
        total = duals @ known.like
        if known.place >= 0:
            total -= duals[:, known.place] * (known.left_out @ known.like)
        if not self.came_later:
            facets = self.settings.facets
            total = total + facets.known[starts] @ facets.items[item]
        return Taken(self, starts, item, total)

    def duals(self, starts: Indices, item: int, others: Indices) -> Floats:
        """How much other warm items teach about what the takers of each item like.

        :param starts: see :meth:`of`
        :param others: shape ``(m,)``
        :return: shape ``(n, m)``
        """
        known, duals, columns = self.known(item), self.duals_of(starts), self.places[others]
        if known.place < 0:
            return np.asarray(duals[:, columns])
        return np.asarray(
            duals[:, columns] - np.outer(duals[:, known.place], known.left_out[columns])
        )

    def duals_of(self, starts: Indices) -> Floats:
        """:math:`D` at some items; 0 for those without users, shape ``(n, w)``."""
        return self._kept_duals(starts.astype(np.int64).tobytes())

    @cached_property
    def _kept_duals(self) -> Callable[[bytes], Floats]:
        # The items of a list are explained one after the other, and a few lists at once.
        return lru_cache(_AT_ONCE)(self._find_duals)

    def _find_duals(self, starts: bytes) -> Floats:
        places = self.places[np.frombuffer(starts, dtype=np.int64)]
        rows = self._duals[places]
        rows[places < 0] = 0
        return rows

    @cached_property
    def known(self) -> Callable[[int], _Known]:
        """What is known of an item."""
        # Lists of different users name the same items.
        return lru_cache(max(16, _KEPT // (12 * max(len(self.warm), 1))))(self._known_of)

    @cached_property
    def holders(self) -> Callable[[int], Holders]:
        """Who has the facts of an item."""
        facts = self.content.facts
        # A fact that many have is listed for each of them.
        mean = float((np.diff(self.by_fact.indptr).astype(np.float64) ** 2).sum()) / facts.shape[0]
        return lru_cache(max(16, int(_KEPT / (8 * max(mean, 1.0)))))(self._holders_of)

    def _holders_of(self, item: int) -> Holders:
        by_fact = self.by_fact
        facts = row_of(self.content.facts, item)[0]
        places, sizes = places_of(by_fact, facts)
        return Holders(by_fact.indices[places], by_fact.data[places], sizes)

    def _known_of(self, item: int) -> _Known:
        place = int(self.places[item])
        text = self.content.text_kernel_with(item, self.settings.text)[self.warm]
        content = self.content
        own = dense_row(content.facts, item, content.facts.shape[1])
        modalities = {
            name: content.modality_kernel_with(name, item, self.settings.modalities)[self.warm]
            for name in content.modalities
        }
        like = (content.facts @ own + content.amount_kernel_with(item))[self.warm] + text
        for each in modalities.values():
            like += each
        left_out = np.zeros_like(text)
        if place >= 0:
            left_out = self._inverse[place] / self._inverse[place, place]
        return _Known(text, like.astype(np.float32), place, left_out, modalities)

    @cached_property
    def places(self) -> Indices:
        """The place of each item among the warm ones; -1 for the others."""
        places = np.full(self.histories.shape[1], -1)
        places[self.warm] = np.arange(len(self.warm))
        return places

    @cached_property
    def by_fact(self) -> csr_matrix:
        """Facts by items, sorted columns: how loud each fact is in each item."""
        return csr_matrix(self.content.facts.T)

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
