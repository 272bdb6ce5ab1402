"""Walks that carry what people make of a fact over to the items that have it.

What content gives a pair of items is a sum over the facts of the item to recommend, and a fact
carries what behaviour taught about all items that have it (:mod:`kgrec.gnn.linear.taste`). All
these walks, *history item — people — item with the fact — the fact — item*, are told as one. It is
shown at an item of the history that has the fact itself, where there is one that speaks the same
way; else at the strongest pair of a history item and an item with the fact that some other user
took both of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix

from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.taste import Taken, Taste

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# So many pairs of a history item and an item with the fact are tried for one that people join.
_MOST_TRIED = 200


@dataclass(frozen=True)
class TasteWalks:
    """All walks over one fact, told as one.

    :ivar fact: column of the hubs
    :ivar start: the item of the history at which it begins
    :ivar witness: an item with the fact that takers of ``start`` took; -1: ``start`` has the fact
    :ivar user: who took both; -1: nobody is needed
    :ivar people: how many did
    :ivar share: part of the score of all of them
    :ivar count: how many they are
    """

    fact: int
    start: int
    witness: int
    user: int
    people: int
    share: float
    count: int


class TasteFinder:
    """Finds the walks of one taste.

    :param taste: of the model
    :param hubs: the hubs that its facts are
    """

    def __init__(self, taste: Taste, hubs: FactHubs) -> None:
        self.taste, self.hubs = taste, hubs

    def find(
        self, history: Indices, carried: csr_matrix, item: int, user: int
    ) -> tuple[list[TasteWalks], float]:
        """The walks to an item, and the part of the score that texts carry.

        What content carries beside both (how much is known of an item, and facts that no walk of
        the graph leads to) is not told here.

        :param history: item indices
        :param carried: what content carries from each, shape ``(1, I)``
        :param user: whose history it is: nobody vouches for oneself
        """
        parts = carried[:, history].toarray().ravel().astype(np.float64)
        kept = (parts != 0) & (history != item)
        if not kept.any():
            return [], 0.0
        starts = history[kept]
        taken = self.taste.of(starts, item)
        scale = _ratio(parts[kept], taken.total.astype(np.float64))
        told = list(self._told(starts, scale, taken, set(history.tolist()) - {item}, user))
        return told, float(scale @ taken.text)

    def _told(
        self, starts: Indices, scale: Floats, taken: Taken, history: set[int], user: int
    ) -> Iterator[TasteWalks]:
        shares = scale @ taken.by_fact
        for column in np.flatnonzero(shares):
            fact, share = int(taken.facts[column]), float(shares[column])
            holders = self._holders(fact)
            pairs = np.sign(share) * scale[:, None] * taken.duals[:, self.taste.places[holders]]
            count = int((pairs != 0).sum())
            walk = self._direct(holders, pairs, history) or self._through(
                starts, holders, pairs, user
            )
            if walk:
                start, witness, other, people = walk
                yield TasteWalks(fact, start, witness, other, people, share, count)

    def _direct(
        self, holders: Indices, pairs: Floats, history: set[int]
    ) -> tuple[int, int, int, int] | None:
        own = np.array([holder in history for holder in holders.tolist()], dtype=bool)
        spoken = np.where(own, pairs.sum(axis=0), -np.inf)
        if not own.any() or spoken.max() <= 0:
            return None
        return int(holders[spoken.argmax()]), -1, -1, 0

    def _through(
        self, starts: Indices, holders: Indices, pairs: Floats, user: int
    ) -> tuple[int, int, int, int] | None:
        flat = pairs.ravel()
        tried = min(_MOST_TRIED, flat.size)
        order = np.argpartition(-flat, tried - 1)[:tried] if tried else np.zeros(0, dtype=int)
        for place in order[np.argsort(-flat[order], kind="stable")]:
            row, column = divmod(int(place), len(holders))
            start, witness = int(starts[row]), int(holders[column])
            if flat[place] <= 0:
                return None
            if start == witness:
                continue
            both = np.intersect1d(self._takers_of(start), self._takers_of(witness))
            both = both[both != user]
            if both.size:
                return start, witness, int(both[0]), len(both)
        return None

    def _holders(self, fact: int) -> Indices:
        """The warm items that have a fact."""
        start, stop = self._members.indptr[fact : fact + 2]
        holders = self._members.indices[start:stop].astype(np.int64)
        return np.asarray(holders[self.taste.places[holders] >= 0])

    def _takers_of(self, item: int) -> Indices:
        start, stop = self._takers.indptr[item : item + 2]
        return np.asarray(self._takers.indices[start:stop], dtype=np.int64)

    @cached_property
    def _members(self) -> csc_matrix:
        return self.hubs.members.tocsc()

    @cached_property
    def _takers(self) -> csc_matrix:
        return self.taste.histories.tocsc()


def _ratio(parts: Floats, totals: Floats) -> Floats:
    """What one unit of a weight is in the score; 0 where the weight is not of this making."""
    return np.divide(parts, totals, out=np.zeros_like(parts), where=totals != 0)
