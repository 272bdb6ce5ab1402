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

import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix

from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import PairModel, keeps_all_pairs, shared_pairs
from kgrec.sparse import dense_row, places_of, row_of, sums_of

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# A hub that the regression already expects to hold the item still counts for a little.
_LEAST = 0.05
# What speaks for the items is kept in so many bytes.
_KEPT = 2**26
_AT_ONCE = 4


@dataclass(frozen=True, eq=False)
class Walks:
    """All walks from one user's history to one item.

    One row stands for all walks through the users who took two items, or for one through a fact.

    :ivar starts: the item of the history, int64, shape ``(w,)``
    :ivar hubs: a column of the fact hubs; -1: users, int64, shape ``(w,)``
    :ivar shares: part of the score, shape ``(w,)``
    :ivar learned: how much of the share is learned affinity, shape ``(w,)``
    :ivar counts: how many walks, int64, shape ``(w,)``
    :ivar oneself: part of the score of pairs that nobody but the user joins, which there are only
        where the item is in the user's own history
    """

    starts: Indices
    hubs: Indices
    shares: Floats
    learned: Floats
    counts: Indices
    oneself: float = 0.0

    @property
    def is_user(self) -> npt.NDArray[np.bool_]:
        """Which lead through users, shape ``(w,)``."""
        return self.hubs < 0


@dataclass(frozen=True, eq=False)
class _Vouching:
    """What speaks for one item, whoever asks.

    :ivar weights: of all items to it, float32, shape ``(I,)``
    :ivar learned: the learned part of them, float32
    :ivar of_takers: dual weights of the users who took it, above 0
    :ivar of_facts: of its facts
    :ivar by_users: sum of the dual weights of those who took it and each other item, shape ``(I,)``
    :ivar num_users: how many these are, shape ``(I,)``
    """

    weights: npt.NDArray[np.float32]
    learned: npt.NDArray[np.float32]
    of_takers: Floats
    of_facts: Floats
    by_users: Floats
    num_users: npt.NDArray[np.int32]


class WalkFinder:
    """Finds the walks of a trained model.

    :param model: the trained model
    :param histories: what it was fitted on, binary, shape ``(U, I)``
    :param hubs: the hubs of the catalog
    """

    def __init__(self, model: PairModel, histories: csr_matrix, hubs: FactHubs) -> None:
        self.model, self.histories, self.hubs = model, histories.astype(np.float64), hubs
        # Lists of different users name the same items, ...
        self._vouching = lru_cache(max(16, _KEPT // (24 * model.num_items)))(self._vouching_for)
        # ... and the items of one list are explained one after the other, a few lists at once.
        self._hubs_of = lru_cache(_AT_ONCE)(self._find_hubs)

    def of_model(self, model: PairModel) -> Self:
        """The same finder of another mixture of the model; what speaks for items is shared."""
        other = copy.copy(self)
        other.model = model
        return other

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

        :param history: item indices, sorted, shape ``(n,)``
        :param item: the item to explain
        :param user: the user whose history it is: nobody vouches for oneself
        :param counts: how much each item of the history counts; ``None``: 1
        """
        scale = self.model.path_volume * max(len(history), 1) ** -self.model.history_power
        factors = np.full(len(history), scale) if counts is None else scale * counts
        factors = np.where(history == item, 0.0, factors)
        vouching = self._vouching(item)
        by_users, num_users = self._people(vouching, history, item, user)
        places, hubs, strengths = self._facts(vouching, history, item)
        totals = by_users + np.bincount(places, weights=strengths, minlength=len(history))
        affinity = vouching.learned[history].astype(np.float64)
        closed = factors * (vouching.weights[history] - affinity)
        learned = factors * affinity
        closed_each, learned_each = _ratio(closed, totals), _ratio(learned, by_users)
        through_users = (num_users > 0) & ((closed_each != 0) | (learned_each != 0))
        of_facts = strengths * closed_each[places]
        through_facts = closed_each[places] != 0
        of_learned = (by_users * learned_each)[through_users]
        of_users = (by_users * closed_each)[through_users] + of_learned
        joined = through_facts.sum()
        return Walks(
            starts=np.concatenate([history[through_users], history[places[through_facts]]]),
            hubs=np.concatenate([np.full(len(of_users), -1), hubs[through_facts]]),
            shares=np.concatenate([of_users, of_facts[through_facts]]),
            learned=np.concatenate([of_learned, np.zeros(joined)]),
            counts=np.concatenate([num_users[through_users], np.ones(joined, dtype=np.int64)]),
            # Nobody vouches for oneself: what is left joins two items of the user's own history.
            oneself=float(closed[totals == 0].sum() + learned[num_users == 0].sum()),
        )

    def users_between(
        self, start: int, item: int, user: int | None = None
    ) -> tuple[Indices, Floats]:
        """Who else took both of two items, sorted, and their dual weights for the second.

        :param user: who does not count: nobody vouches for oneself; below 0: all do
        """
        strengths = np.zeros(self.histories.shape[0])
        strengths[row_of(self._by_item, item)[0]] = self._vouching(item).of_takers
        if user is not None and user >= 0:
            strengths[user] = 0.0
        both = row_of(self._by_item, start)[0].astype(np.int64)
        both = both[strengths[both] > 0]
        return both, strengths[both]

    def _people(
        self, vouching: _Vouching, history: Indices, item: int, user: int | None
    ) -> tuple[Floats, Indices]:
        """Dual weight, and number, of the others who took each item of a history and the item."""
        by_users = vouching.by_users[history]
        num_users = vouching.num_users[history].astype(np.int64)
        takers = row_of(self._by_item, item)[0]
        if user is None or not (own := takers == user).any():
            return by_users, num_users
        taken = np.zeros(self.histories.shape[1], dtype=bool)
        taken[row_of(self.histories, user)[0]] = True
        num_users = num_users - taken[history]
        by_users = by_users - taken[history] * vouching.of_takers[own]
        return np.where(num_users > 0, by_users, 0.0), num_users

    def _facts(
        self, vouching: _Vouching, history: Indices, item: int
    ) -> tuple[Indices, Indices, Floats]:
        """Facts that items of a history share with the item: whose, which, and dual weights."""
        of_hubs = np.zeros(self.hubs.members.shape[1])
        of_hubs[row_of(self.hubs.members, item)[0]] = vouching.of_facts
        places, hubs = self._hubs_of(history.tobytes())
        strengths = of_hubs[hubs]
        kept = strengths > 0
        return places[kept], hubs[kept], strengths[kept]

    def _find_hubs(self, history: bytes) -> tuple[Indices, Indices]:
        """All facts of a history: places of their items, and columns of the hubs."""
        items = np.frombuffer(history, dtype=np.int64)
        at, sizes = places_of(self.hubs.members, items)
        hubs = self.hubs.members.indices[at].astype(np.int64)
        return np.repeat(np.arange(len(items)), sizes), hubs

    def _vouching_for(self, item: int) -> _Vouching:
        takers = self.histories[row_of(self._by_item, item)[0]]
        num_users = np.bincount(takers.indices, minlength=self.model.num_items)
        weights = self._column(self._weights, item)
        learned = np.where(self._is_learned(num_users, item), self._affinity(item), 0)
        coefficients = weights.astype(np.float64) - learned
        coefficients *= 1 / self.model.mix if self.model.mix else 0.0
        coefficients[item] = 0.0
        of_takers = np.maximum(1.0 - takers @ coefficients, _LEAST)
        facts = row_of(self.hubs.members, item)[0]
        gates = self.model.gates[self.hubs.roles[facts]].astype(np.float64)
        at, sizes = places_of(self._items_of_hubs, facts)
        expected = sums_of(coefficients[self._items_of_hubs.indices[at]], sizes)
        of_facts = gates * np.maximum(1.0 - expected, _LEAST)
        return _Vouching(
            weights=weights,
            learned=learned,
            of_takers=of_takers,
            of_facts=of_facts,
            by_users=takers.T @ of_takers,
            num_users=num_users.astype(np.int32),
        )

    def _affinity(self, item: int) -> npt.NDArray[np.float32]:
        return np.asarray(self.model.vectors @ self.model.vectors[item], dtype=np.float32)

    def _is_learned(self, num_users: Indices, item: int) -> npt.NDArray[np.bool_]:
        """Which items have a learned affinity to ``item``: none where no user joins them."""
        if self._learned_pairs is None:
            return num_users > 0
        return (num_users > 0) & (self._column(self._learned_pairs, item) > 0)

    def _column(self, matrix: csc_matrix, column: int) -> npt.NDArray[np.float32]:
        return dense_row(matrix, column, self.model.num_items)


def _ratio(amounts: Floats, totals: Floats) -> Floats:
    return np.divide(amounts, totals, out=np.zeros_like(totals), where=totals > 0)
