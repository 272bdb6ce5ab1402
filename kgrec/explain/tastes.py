"""Walks that carry what people make of a fact over to the items that have it.

What content gives a pair of items is a sum over the facts of the item to recommend, and a fact
carries what behaviour taught about all items that have it (:mod:`kgrec.gnn.linear.taste`). All
these walks, *history item — people — item with the fact — the fact — item*, are told as one. It is
shown at an item of the history that has the fact itself, where there is one that speaks the same
way; else at the strongest pair of a history item and an item with the fact that some other user
took both of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.gnn.linear.taste import Taken, Taste, Taught
from kgrec.sparse import places_of, row_of, sums_of

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# So many of the strongest pairs are tried for one that people join, before any pair will do.
_MOST_TRIED = 200
# So many users are followed before the takers of what they do not lead to are asked.
_MOST_BUSY = 64
_AT_ONCE = 4


@dataclass(frozen=True)
class TasteWalk:
    """The walk at which all walks over one fact are shown.

    :ivar start: the item of the history
    :ivar witness: an item with the fact that takers of ``start`` took; -1: ``start`` has the fact
    :ivar user: one who took both; -1: nobody is needed
    """

    start: int
    witness: int = -1
    user: int = -1


class TasteFinder:
    """Finds the walks of one taste.

    :param taste: of the model
    """

    def __init__(self, taste: Taste) -> None:
        self.taste = taste
        # The items of a list are explained one after the other, and a few lists at once.
        self._kept_reached = lru_cache(_AT_ONCE)(self._find_reached)

    def find(
        self, history: Indices, carried: npt.NDArray[np.float32], item: int, user: int | None
    ) -> Tastes | None:
        """The walks to an item; ``None`` if content carries nothing.

        :param history: item indices, sorted, shape ``(n,)``
        :param carried: what content carries from each, shape ``(n,)``
        :param user: whose history it is: nobody vouches for oneself; ``None``: no user's
        """
        parts = np.where(history == item, 0.0, carried.astype(np.float64))
        if not parts.any():
            return None
        taken = self.taste.of(history, item)
        scale = _ratio(parts, taken.total.astype(np.float64))
        starts = int(np.count_nonzero(parts))
        return Tastes(self, history, scale, starts, taken, item, -1 if user is None else user)

    def reached_from(self, history: Indices, user: int) -> npt.NDArray[np.bool_]:
        """Which items with users are in a history, or were taken by another who took of it.

        :return: shape ``(I,)``
        """
        return self._kept_reached(history.tobytes(), user)

    def _find_reached(self, history: bytes, user: int) -> npt.NDArray[np.bool_]:
        taken, items = self.taste.histories, np.frombuffer(history, dtype=np.int64)
        others = np.zeros(taken.shape[0], dtype=bool)
        others[self.by_item.indices[places_of(self.by_item, items)[0]]] = True
        if user >= 0:
            others[user] = False
        reached = np.zeros(taken.shape[1], dtype=bool)
        # Some who took much lead to nearly all items; the takers of the few others are then asked.
        busiest = self._busiest[others[self._busiest]][:_MOST_BUSY]
        reached[taken.indices[places_of(taken, busiest)[0]]] = True
        left = self.taste.warm[~reached[self.taste.warm]]
        places, sizes = places_of(self.by_item, left)
        reached[left] = sums_of(others[self.by_item.indices[places]], sizes) > 0
        reached[items] = True
        return reached & (self.taste.places >= 0)

    def takers_of(self, item: int) -> Indices:
        """The users who took an item, sorted."""
        return np.asarray(row_of(self.by_item, item)[0], dtype=np.int64)

    def holders(self, fact: int) -> Indices:
        """The items with users that have a fact."""
        holders = row_of(self.taste.by_fact, fact)[0].astype(np.int64)
        return np.asarray(holders[self.taste.places[holders] >= 0])

    @cached_property
    def num_holders(self) -> Indices:
        """How many items with users have each fact, shape ``(H,)``."""
        facts = self.taste.content.facts
        return np.bincount(facts[self.taste.warm].indices, minlength=facts.shape[1])

    @cached_property
    def by_item(self) -> csr_matrix:
        """Items by users."""
        return csr_matrix(self.taste.histories.T)

    @cached_property
    def _busiest(self) -> Indices:
        """Users, those with the longest histories first."""
        return np.argsort(-np.diff(self.taste.histories.indptr), kind="stable")


@dataclass(frozen=True, eq=False)
class Tastes:
    """All walks of one taste from a user to an item.

    :ivar starts: all items of the history, shape ``(n,)``
    :ivar scale: what one unit of the weight of each is in the score; 0 for ``item``, and where
        content carries nothing, shape ``(n,)``
    :ivar num_starts: from how many content carries something
    :ivar taken: these weights, taken apart
    :ivar user: whose history it is; -1: no user's
    """

    finder: TasteFinder
    starts: Indices
    scale: Floats
    num_starts: int
    taken: Taken
    item: int
    user: int

    @cached_property
    def taught(self) -> Taught:
        """What all starts carry together."""
        return self.taken.weighed(self.scale)

    @property
    def text(self) -> float:
        """What words and descriptions carry of the score."""
        return self.taught.text

    @property
    def modalities(self) -> Mapping[str, float]:
        """What each further modality carries of the score, by its name."""
        return self.taught.modalities

    @cached_property
    def shares(self) -> Floats:
        """What each fact of the item carries of the score; 0 if no walk leads over it."""
        return np.where(self._reached, self.taught.by_fact.astype(np.float64), 0.0)

    @property
    def facts(self) -> Indices:
        """Columns of the hubs, in the order of ``shares``."""
        return self.taken.facts

    @property
    def counts(self) -> Indices:
        """How many walks lead over each fact."""
        holders = self.finder.num_holders[self.facts] - (self.finder.taste.places[self.item] >= 0)
        return np.asarray(holders * self.num_starts)

    @cached_property
    def direct(self) -> Indices:
        """The item of the history that has each fact and speaks as the fact does; -1: none does.

        Where several do, the one that says most.
        """
        taste = self.finder.taste
        known = taste.places[self.starts]
        # What is 0 is spoken by nobody: an item without users, and the one that is explained.
        said = np.zeros(len(taste.places), dtype=np.float32)
        said[self.starts] = np.where(known >= 0, self.taught.by_item[known], 0)
        said[self.item] = 0
        items, sizes = self.taken.holders.items, self.taken.holders.sizes
        spoken = said[items] * np.repeat(np.sign(self.shares), sizes)
        speaks = spoken > 0
        owners = np.repeat(np.arange(len(sizes)), sizes)[speaks]
        items, spoken = items[speaks], spoken[speaks]
        # The last one that is written stays: of equals, the first.
        order = np.lexsort((-items, spoken))
        best = np.full(len(sizes), -1)
        best[owners[order]] = items[order]
        return best

    def walk(self, place: int) -> TasteWalk:
        """Where the walks over a fact are shown that no item of the history has to itself.

        :param place: of the fact in ``facts``; its share is not 0
        """
        holders = self._others(place)
        duals = self.finder.taste.duals(self.starts, self.item, holders)
        pairs = np.sign(self.shares[place]) * self.scale[:, None] * duals
        return self._through(holders, pairs) or self._any(holders, pairs.sum(axis=0))

    @property
    def history(self) -> Indices:
        """All items of the history but the one that is explained."""
        return np.asarray(self.starts[self.starts != self.item])

    @cached_property
    def _reached(self) -> npt.NDArray[np.bool_]:
        """Whether an item with each fact is in the history, or was taken by one who took of it."""
        reached = self._reached_items.copy()
        reached[self.item] = False
        holders = self.taken.holders
        return sums_of(reached[holders.items], holders.sizes) > 0

    @property
    def _reached_items(self) -> npt.NDArray[np.bool_]:
        return self.finder.reached_from(self.history, self.user)

    def _others(self, place: int) -> Indices:
        holders = self.finder.holders(int(self.facts[place]))
        return np.asarray(holders[holders != self.item])

    def _through(self, holders: Indices, pairs: Floats) -> TasteWalk | None:
        flat = pairs.ravel()
        tried = min(_MOST_TRIED, flat.size)
        order = np.argpartition(-flat, tried - 1)[:tried]
        for place in order[np.argsort(-flat[order], kind="stable")]:
            row, column = divmod(int(place), len(holders))
            if flat[place] <= 0:
                return None
            if found := self._joined(int(self.starts[row]), int(holders[column])):
                return found
        return None

    def _any(self, holders: Indices, said: Floats) -> TasteWalk:
        """Any walk, where the strongest pairs are not joined: at the strongest joined holder."""
        finder = self.finder
        joined = self._reached_items[holders]
        for holder in holders[joined][np.argsort(-said[joined], kind="stable")].tolist():
            takers = finder.takers_of(holder)
            both = finder.taste.histories[takers[takers != self.user]][:, self.history].tocoo()
            others = self.history[both.col] != holder
            if others.any():
                at = int(np.flatnonzero(others)[0])
                user = int(takers[takers != self.user][both.row[at]])
                return TasteWalk(int(self.history[both.col[at]]), holder, user)
            if holder in self.history:
                return TasteWalk(holder)
        raise AssertionError("a fact without a walk has a share")

    def _joined(self, start: int, witness: int) -> TasteWalk | None:
        if start == witness:
            return None
        finder = self.finder
        both = np.intersect1d(finder.takers_of(start), finder.takers_of(witness))
        both = both[both != self.user]
        return TasteWalk(start, witness, int(both[0])) if both.size else None


def _ratio(parts: Floats, totals: Floats) -> Floats:
    """What one unit of a weight is in the score; 0 where the weight is not of this making."""
    return np.divide(parts, totals, out=np.zeros_like(parts), where=totals != 0)
