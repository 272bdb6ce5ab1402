"""The smallest part of a history without which an item is not among the best.

A greedy search finds a small set. Then all smaller sizes are searched, each by branch and bound:
a size for which too few rivals can come above the target (:mod:`.bounds`) needs no search, and in
a search a branch without enough such rivals is left. So the answer is the smallest, with a proof,
unless the work that is allowed runs out. Whether a set does it is always said by the model itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from kgrec.explain.counterfactual.bounds import best_margins, best_totals
from kgrec.explain.counterfactual.margins import Margins
from kgrec.explain.counterfactual.world import Floats, Indices

Check = Callable[[Sequence[int]], bool]

_MOST_REMOVED = 50
"""A greedy search gives up after so many items: nobody reads a longer list."""


CHECK, CHECK_STEPS = 20, 8
"""To ask the model costs about as much as so many margins for each item, and so many steps."""

STEP = 10_000
"""A step of a search takes at least as long as so many margins, however small its arrays."""


class OutOfWorkError(Exception):
    """A search was stopped: it is not known whether there is anything."""


@dataclass
class Budget:
    """Work that is left, in margins to compute (about 5e7 a second)."""

    left: float

    def spend(self, amount: float, steps: int = 1) -> None:
        """Take from what is left.

        :param amount: margins that are computed
        :param steps: in how many steps, each of which has a price of its own
        :raises OutOfWorkError: if that is not enough
        """
        self.left -= amount + steps * STEP
        if self.left < 0:
            raise OutOfWorkError


@dataclass(frozen=True)
class Smallest:
    """What a search found.

    :ivar chosen: the set; ``None``: nothing was found
    :ivar at_least: no set is smaller than this
    """

    chosen: tuple[int, ...] | None
    at_least: int

    @property
    def proved(self) -> bool:
        """Whether no smaller set exists."""
        return self.chosen is not None and len(self.chosen) <= self.at_least


def smallest_removal(margins: Margins, check: Check, budget: Budget) -> Smallest:
    """Search the smallest set of places in the history.

    :param margins: of the item that is to leave the list
    :param check: whether the model itself no longer lists the item, for a set
    :param budget: a limit of work
    """
    found = _first(margins, check)
    most = (len(found) if found else min(_MOST_REMOVED, margins.size) + 1) - 1
    for size in range(1, most + 1):
        try:
            for chosen in _Search(margins, size, budget).sets():
                budget.spend(CHECK * margins.world.num_items, CHECK_STEPS)
                if check(chosen):
                    return Smallest(tuple(chosen), size)
        except OutOfWorkError:
            return Smallest(found, size)
        if size >= len(margins.support):
            # Without all that leads to the item, popularity alone ranks it: the bounds end here.
            return Smallest(found, size + 1)
    return Smallest(found, most + 1)


def _first(margins: Margins, check: Check) -> tuple[int, ...] | None:
    """A small set: the greedy one, or all that leads to the item if that is less."""
    sets = [_greedy(margins, check)]
    support = [int(place) for place in margins.support]
    if sets[0] is None or len(support) < len(sets[0]):
        sets.append(tuple(support) if check(support) else None)
    return min((each for each in sets if each is not None), key=len, default=None)


def _greedy(margins: Margins, check: Check) -> tuple[int, ...] | None:
    """Remove what helps the k-th rival most, again and again; then put back what is not needed."""
    chosen: list[int] = []
    while len(chosen) < min(_MOST_REMOVED, margins.size - 1):
        kept, after = margins.after_one_more(chosen)
        chosen.append(int(kept[margins.lead(after).argmax()]))
        if margins.lead(margins.of(chosen)) > -margins.tolerance and check(chosen):
            return _needed(chosen, margins, check)
    return None


def _needed(chosen: list[int], margins: Margins, check: Check) -> tuple[int, ...]:
    for place in list(chosen):
        fewer = [other for other in chosen if other != place]
        if fewer and margins.lead(margins.of(fewer)) > -margins.tolerance and check(fewer):
            chosen = fewer
    return tuple(sorted(chosen))


@dataclass
class _Search:
    """All sets of one size after which enough rivals are above the target, by branch and bound."""

    margins: Margins
    size: int
    budget: Budget
    pairs: Floats = field(init=False)
    bounds: Floats = field(init=False)
    own: Indices = field(init=False)

    def sets(self) -> Iterator[list[int]]:
        """The sets, those that look best first.

        :raises OutOfWorkError: if the budget is not enough to look at all
        """
        margins, world = self.margins, self.margins.world
        pairs = margins.differences(self.size)
        self.budget.spend(pairs.size * (self.size + 1), len(pairs))
        totals = best_totals(pairs, world.ages, self.size, world.power)
        able = totals > -margins.tolerance
        self.pairs, self.own = pairs[:, able], margins.own[able]
        if self._enough(totals[able][None], [], np.array([-1]))[0]:
            self.budget.spend(self.pairs.size * (self.size + 1), len(pairs))
            self.bounds = best_margins(self.pairs, world.ages, self.size, world.power)
            yield from self._below([], np.zeros(self.pairs.shape[1]))

    def _below(self, chosen: list[int], margin: Floats) -> Iterator[list[int]]:
        """Sets that go on from ``chosen`` with later places; ``margin`` is of all before them."""
        world, start = self.margins.world, chosen[-1] + 1 if chosen else 0
        ages = world.ages[start:]
        self.budget.spend(len(ages) * self.pairs.shape[1])
        later = np.searchsorted(world.ages[chosen], ages, side="left")
        parts = (ages - later)[:, None] ** -world.power * self.pairs[start:]
        before = margin + parts.cumsum(axis=0) - parts
        count = len(chosen) + 1
        reached = before + self.bounds[start + 1 :, count]
        places = np.arange(start, self.margins.size)
        open_ = np.flatnonzero(self._enough(reached, chosen, places))
        order = open_[np.argsort(-self.margins.lead(reached[open_]), kind="stable")]
        for place in order.tolist():
            longer = [*chosen, start + place]
            if count < self.size:
                yield from self._below(longer, before[place])
                continue
            self.budget.spend(self.margins.size * len(self.margins.rivals), 4)
            if self.margins.lead(self.margins.of(longer)) > -self.margins.tolerance:
                yield longer

    def _enough(self, reached: Floats, chosen: list[int], places: Indices) -> Indices:
        """Whether enough rivals can come above the target, for each next place to remove."""
        above = reached > -self.margins.tolerance
        new, old = above[:, self.own < 0].sum(axis=1), above[:, self.own >= 0]
        own = self.own[self.own >= 0]
        gone = np.isin(own, chosen) | (own == places[:, None])
        left = self.size - len(chosen) - (places[0] >= 0)
        # What is still to be removed may become a rival, too, but only so many.
        more = np.minimum((old & ~gone).sum(axis=1), left)
        return np.asarray(new + (old & gone).sum(axis=1) + more >= self.margins.k)
