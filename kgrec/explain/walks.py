r"""The walks behind a score, and the exact share of each.

A score is a sum over the history, :math:`|H|^{-\rho} \sum_j W_{ji} + b_i`
(:mod:`kgrec.gnn.linear.pairs`), and each pair weight :math:`W_{ji}` is the sum of two parts:

- the **closed form** :math:`\tau B_{ji}`, which by the dual of the regression
  (:mod:`kgrec.gnn.linear.closed_form`) is owed to the hubs that hold :math:`j`, each with the
  weight :math:`\omega_h (A_{hi} - (AB)_{hi})`. It is divided among the hubs that hold both items,
  users and facts alike, in proportion to these weights;
- the **learned affinity** :math:`\langle z_j, z_i\rangle`, a gate on the walks through the users
  that both items share. It is divided among them in the same proportion.

Nothing is estimated: shares and popularity sum to the score. Only of an item of the user's own
history something may be left over, where nobody else joins it to another: nobody vouches for
oneself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix

from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import PairModel, keeps_all_pairs, shared_pairs

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# A hub that the regression already expects to hold the item still counts for a little.
_LEAST = 0.05
# What speaks for so many items is kept: some 100 kB each in a catalog of a few thousand.
_KEPT = 256


@dataclass(frozen=True, eq=False)
class Walks:
    """All walks from one user's history to one item, one a row.

    :ivar starts: the item of the history, int64, shape ``(w,)``
    :ivar hubs: a user where ``is_user``, else a column of the fact hubs, int64, shape ``(w,)``
    :ivar is_user: whether the hub is a user, bool, shape ``(w,)``
    :ivar shares: part of the score, shape ``(w,)``
    :ivar learned: how much of the share is learned affinity, shape ``(w,)``
    :ivar oneself: part of the score of pairs that nobody but the user joins, which there are only
        where the item is in the user's own history
    """

    starts: Indices
    hubs: Indices
    is_user: npt.NDArray[np.bool_]
    shares: Floats
    learned: Floats
    oneself: float = 0.0


@dataclass(frozen=True, eq=False)
class _Vouching:
    """What speaks for one item, whoever asks.

    :ivar weights: of all items to it, shape ``(I,)``
    :ivar learned: the learned part of them
    :ivar of_users: dual weights of the users who took it, 0 for the others, shape ``(U,)``
    :ivar of_facts: of its facts, 0 for the others, shape ``(H,)``
    """

    weights: Floats
    learned: Floats
    of_users: Floats
    of_facts: Floats


class WalkFinder:
    """Finds the walks of a trained model.

    :param model: the trained model
    :param histories: what it was fitted on, binary, shape ``(U, I)``
    :param hubs: the hubs of the catalog
    """

    def __init__(self, model: PairModel, histories: csr_matrix, hubs: FactHubs) -> None:
        self.model, self.histories, self.hubs = model, histories.astype(np.float64), hubs
        # Lists of different users name the same items.
        self._vouching = lru_cache(_KEPT)(self._vouching_for)

    @cached_property
    def _by_item(self) -> csr_matrix:
        return csr_matrix(self.histories.T)

    @cached_property
    def _weights(self) -> csc_matrix:
        return self.model.weights.tocsc()

    @cached_property
    def _learned_pairs(self) -> csc_matrix | None:
        """Which pairs have a learned affinity; ``None``: all that share a user."""
        if keeps_all_pairs(self.model.num_items):
            return None
        return shared_pairs(self.histories).tocsc()

    @cached_property
    def _items_of_hubs(self) -> csr_matrix:
        return csr_matrix(self.hubs.members.T)

    def find(
        self,
        history: Indices,
        item: int,
        *,
        user: int | None = None,
        counts: npt.NDArray[np.float32] | None = None,
    ) -> Walks:
        """Find all walks from the items of a history to an item, those through users first.

        :param history: item indices
        :param item: the item to explain
        :param user: the user whose history it is: nobody vouches for oneself
        :param counts: how much each item of the history counts; ``None``: 1
        """
        scale = max(len(history), 1) ** -self.model.history_power
        factors = np.full(len(history), scale) if counts is None else scale * counts
        others = history != item
        starts, factors = history[others], factors[others]
        vouching = self._vouching(item)
        of_users = vouching.of_users
        if user is not None:
            of_users = of_users.copy()
            of_users[user] = 0.0
        through_users = _joined(self._by_item.indptr, self._by_item.indices, starts, of_users)
        members = self.hubs.members
        through_facts = _joined(members.indptr, members.indices, starts, vouching.of_facts)
        by_users, by_facts = (
            part.per_start(len(starts)) for part in (through_users, through_facts)
        )
        closed = factors * (vouching.weights - vouching.learned)[starts]
        learned = factors * vouching.learned[starts]
        closed_each, learned_each = _ratio(closed, by_users + by_facts), _ratio(learned, by_users)
        # Nobody vouches for oneself: what is left joins two items of the user's own history.
        oneself = closed[by_users + by_facts == 0].sum() + learned[by_users == 0].sum()
        return _concatenated(
            through_users.walks(starts, closed_each, learned_each, is_user=True),
            through_facts.walks(starts, closed_each, np.zeros_like(learned_each), is_user=False),
            oneself=float(oneself),
        )

    def _vouching_for(self, item: int) -> _Vouching:
        takers = self._by_item[[item]].indices
        weights = np.asarray(self._weights[:, [item]].toarray(), dtype=np.float64).ravel()
        learned = self._learned(takers, item)
        coefficients = weights - learned
        coefficients *= 1 / self.model.mix if self.model.mix else 0.0
        coefficients[item] = 0.0
        of_users = np.zeros(self.histories.shape[0])
        of_users[takers] = np.maximum(1.0 - self.histories[takers] @ coefficients, _LEAST)
        facts = self.hubs.members[[item]].indices
        gates = self.model.gates[self.hubs.roles[facts]].astype(np.float64)
        of_facts = np.zeros(self.hubs.members.shape[1])
        expected = self._items_of_hubs[facts] @ coefficients
        of_facts[facts] = gates * np.maximum(1.0 - expected, _LEAST)
        return _Vouching(weights, learned, of_users, of_facts)

    def _learned(self, takers: npt.NDArray[np.integer], item: int) -> Floats:
        """The learned affinity of every item to ``item``; 0 where no user joins them."""
        affinity = (self.model.vectors @ self.model.vectors[item]).astype(np.float64)
        shared = np.zeros(len(affinity), dtype=bool)
        shared[self.histories[takers].indices] = True
        if self._learned_pairs is not None:
            nearest = np.zeros_like(shared)
            nearest[self._column(self._learned_pairs, item)] = True
            shared &= nearest
        return np.where(shared, affinity, 0.0)

    @staticmethod
    def _column(matrix: csc_matrix, column: int) -> Indices:
        start, stop = matrix.indptr[column : column + 2]
        return np.asarray(matrix.indices[start:stop], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Joined:
    """Hubs that hold both an item of the history and the one to explain.

    :ivar places: which item of the history, ascending, shape ``(w,)``
    :ivar hubs: shape ``(w,)``
    :ivar strengths: their dual weights, above 0, shape ``(w,)``
    """

    places: Indices
    hubs: Indices
    strengths: Floats

    def per_start(self, count: int) -> Floats:
        """All strengths at each item of the history."""
        return np.bincount(self.places, weights=self.strengths, minlength=count).astype(np.float64)

    def walks(self, starts: Indices, closed: Floats, affinity: Floats, *, is_user: bool) -> Walks:
        """Walks whose shares are so many times their strengths."""
        learned = self.strengths * affinity[self.places]
        shares = self.strengths * closed[self.places] + learned
        used = (closed[self.places] != 0) | (affinity[self.places] != 0)
        return Walks(
            starts=starts[self.places][used],
            hubs=self.hubs[used],
            is_user=np.full(int(used.sum()), is_user),
            shares=shares[used],
            learned=learned[used],
        )


def _joined(
    bounds: npt.NDArray[np.integer], hubs: npt.NDArray[np.integer], starts: Indices, of_hub: Floats
) -> _Joined:
    """Look the hubs of some items up.

    :param bounds: where the hubs of each item begin and end in ``hubs``
    :param of_hub: strength of every hub
    """
    counts = (bounds[starts + 1] - bounds[starts]).astype(np.int64)
    places = np.repeat(np.arange(len(starts)), counts)
    firsts = np.repeat(bounds[starts] - (np.cumsum(counts) - counts), counts)
    found = hubs[firsts + np.arange(len(places))].astype(np.int64)
    strengths = of_hub[found]
    kept = strengths > 0
    return _Joined(places[kept], found[kept], strengths[kept])


def _ratio(amounts: Floats, totals: Floats) -> Floats:
    return np.divide(amounts, totals, out=np.zeros_like(totals), where=totals > 0)


def _concatenated(first: Walks, second: Walks, *, oneself: float) -> Walks:
    def both(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(first, name), getattr(second, name)])

    return Walks(
        starts=both("starts"),
        hubs=both("hubs"),
        is_user=both("is_user"),
        shares=both("shares"),
        learned=both("learned"),
        oneself=oneself,
    )
