"""Walks that carry what people make of a fact over to the items that have it.

What content gives a pair of items is a sum over the facts of the item to recommend, and a fact
carries what behaviour taught about all items that have it (:mod:`kgrec.gnn.linear.taste`). All
these walks, *history item — people — item with the fact — the fact — item*, are told as one. It is
shown at an item of the history that has the fact itself, where there is one that speaks the same
way; else at the strongest pair of a history item and an item with the fact that some other user
took both of.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.taste import Taken, Taste

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# So many of the strongest pairs are tried for one that people join, before any pair will do.
_MOST_TRIED = 200


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
    :param hubs: the hubs that its facts are
    """

    def __init__(self, taste: Taste, hubs: FactHubs) -> None:
        self.taste, self.hubs = taste, hubs
        # The items of a list are explained one after the other.
        self.reached_from = lru_cache(1)(self._reached_from)

    def find(self, history: Indices, carried: csr_matrix, item: int, user: int) -> Tastes | None:
        """The walks to an item; ``None`` if content carries nothing.

        :param history: item indices
        :param carried: what content carries from each, shape ``(1, I)``
        :param user: whose history it is: nobody vouches for oneself
        """
        parts = carried[:, history].toarray().ravel().astype(np.float64)
        kept = (parts != 0) & (history != item)
        if not kept.any():
            return None
        starts = history[kept]
        taken = self.taste.of(starts, item)
        scale = _ratio(parts[kept], taken.total.astype(np.float64))
        return Tastes(self, starts, scale, taken, history[history != item], item, user)

    def _reached_from(self, history: tuple[int, ...], user: int) -> npt.NDArray[np.bool_]:
        """Which items are in a history, or were taken by another user who took of it."""
        others = np.unique(self.by_item[list(history)].indices)
        reached = np.zeros(self.by_item.shape[0], dtype=bool)
        reached[self.taste.histories[others[others != user]].indices] = True
        reached[list(history)] = True
        return reached & (self.taste.places >= 0)

    def takers_of(self, item: int) -> Indices:
        """The users who took an item, sorted."""
        start, stop = self.by_item.indptr[item : item + 2]
        return np.asarray(self.by_item.indices[start:stop], dtype=np.int64)

    def holders(self, fact: int) -> Indices:
        """The items with users that have a fact."""
        start, stop = self.by_fact.indptr[fact : fact + 2]
        holders = self.by_fact.indices[start:stop].astype(np.int64)
        return np.asarray(holders[self.taste.places[holders] >= 0])

    @cached_property
    def num_holders(self) -> Indices:
        """How many items with users have each fact, shape ``(H,)``."""
        return np.bincount(
            self.hubs.members[self.taste.warm].indices, minlength=self.hubs.members.shape[1]
        )

    @cached_property
    def by_fact(self) -> csr_matrix:
        """Facts by items."""
        return csr_matrix(self.hubs.members.T)

    @cached_property
    def by_item(self) -> csr_matrix:
        """Items by users."""
        return csr_matrix(self.taste.histories.T)


@dataclass(frozen=True, eq=False)
class Tastes:
    """All walks of one taste from a user to an item.

    :ivar starts: items of the history from which content carries something, shape ``(n,)``
    :ivar scale: what one unit of the weight of each is in the score, shape ``(n,)``
    :ivar taken: these weights, taken apart
    :ivar history: all items of the history but ``item``
    """

    finder: TasteFinder
    starts: Indices
    scale: Floats
    taken: Taken
    history: Indices
    item: int
    user: int

    @property
    def text(self) -> float:
        """What words and descriptions carry of the score."""
        return float(self.scale @ self.taken.text)

    @property
    def modalities(self) -> dict[str, float]:
        """What each further modality carries of the score, by its name."""
        return {name: float(self.scale @ part) for name, part in self.taken.modalities.items()}

    @cached_property
    def shares(self) -> Floats:
        """What each fact of the item carries of the score; 0 if no walk leads over it."""
        shares = self.scale @ self.taken.by_fact
        return np.where(self._reached, shares, 0.0)

    @property
    def facts(self) -> Indices:
        """Columns of the hubs, in the order of ``shares``."""
        return self.taken.facts

    @property
    def counts(self) -> Indices:
        """How many walks lead over each fact."""
        holders = self.finder.num_holders[self.facts] - (self.finder.taste.places[self.item] >= 0)
        return np.asarray(holders * len(self.starts))

    @cached_property
    def direct(self) -> Indices:
        """The item of the history that has each fact and speaks as the fact does; -1: none does.

        Where several do, the one that says most.
        """
        known = self.history[self.finder.taste.places[self.history] >= 0]
        if not len(known):
            return np.full(len(self.facts), -1)
        said = self.scale @ self.finder.taste.duals(self.starts, self.item, known)
        has = self.finder.by_fact[self.facts][:, known].toarray() > 0
        spoken = np.where(has, np.sign(self.shares)[:, None] * said, 0.0)
        best = spoken.argmax(axis=1)
        return np.where(spoken[np.arange(len(best)), best] > 0, known[best], -1)

    def walk(self, place: int) -> TasteWalk:
        """Where the walks over a fact are shown that no item of the history has to itself.

        :param place: of the fact in ``facts``; its share is not 0
        """
        holders = self._others(place)
        duals = self.finder.taste.duals(self.starts, self.item, holders)
        pairs = np.sign(self.shares[place]) * self.scale[:, None] * duals
        return self._through(holders, pairs) or self._any(holders, pairs.sum(axis=0))

    @cached_property
    def _reached(self) -> npt.NDArray[np.bool_]:
        """Whether an item with each fact is in the history, or was taken by one who took of it."""
        reached = self.finder.reached_from(tuple(self.history.tolist()), self.user).copy()
        reached[self.item] = False
        return np.asarray(self.finder.by_fact[self.facts] @ reached > 0)

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
        joined = finder.reached_from(tuple(self.history.tolist()), self.user)[holders]
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
