r"""The fewest items that, if they were liked, would bring a wanted item among the best.

What is liked is taken after all else, in one moment. For a fixed number of added items the margin
of a rival over the wanted item is again a sum, a constant for the history as it is and a gain for
each added item, so that the same search serves: a greedy set first, then all smaller sizes by
branch and bound. Here a set does it if fewer than ``k`` rivals are left above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kgrec.explain.counterfactual.removal import (
    CHECK,
    CHECK_STEPS,
    Budget,
    Check,
    OutOfWorkError,
    Smallest,
)
from kgrec.explain.counterfactual.world import Floats, Indices, World

_MOST_ADDED = 10
_MOST_GAINS = 2**24
"""No table holds more numbers (128 MB): in a large catalog only the strongest choices are tried."""

_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Level:
    """Margins of rivals for one number of added items.

    :ivar base: what the history gives each rival, shape ``(R,)``
    :ivar each: what each choice gives it; negative: it helps the wanted item, shape ``(C, R)``
    :ivar helps: the most that 0, 1, 2, … choices can do against it, shape ``(added + 1, R)``
    :ivar own: for each choice its place among the rivals; -1 where it is none, shape ``(C,)``
    :ivar k: length of the list
    :ivar leads: which choices lead to the wanted item, shape ``(C,)``, where one of them must be
        added for it to be ranked; ``None``: any choice will do
    """

    base: Floats
    each: Floats
    helps: Floats
    own: Indices
    k: int
    leads: npt.NDArray[np.bool_] | None

    def useful(self, chosen: Sequence[int], places: Indices, left: int) -> Indices:
        """Those of some choices with which the wanted item can be ranked.

        :param chosen: what is added already
        :param left: how many more can be added after the next one
        """
        if self.leads is None or self.leads[list(chosen)].any():
            return places
        leading = places[self.leads[places]]
        return places if left and len(leading) else leading

    def margins(self, so_far: Floats, chosen: Sequence[int], places: Indices) -> Floats:
        """The margins after each of some choices; what is liked is no rival.

        :param so_far: of the history and ``chosen``, shape ``(R,)``
        :param places: the choices, shape ``(p,)``
        :return: shape ``(p, R)``
        """
        found = so_far + self.each[places]
        gone, own = self.own[list(chosen)], self.own[places]
        found[:, gone[gone >= 0]] = -np.inf
        rows = np.flatnonzero(own >= 0)
        found[rows, own[rows]] = -np.inf
        return found

    def lead(self, margins: Floats) -> Floats:
        """The ``k``-th largest margin of each row: below 0, the wanted item is among the best."""
        if margins.shape[1] < self.k:
            return np.full(len(margins), -np.inf)
        place = margins.shape[1] - self.k
        return np.asarray(np.partition(margins, place, axis=1)[:, place], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Gains:
    """Margins of all rivals over an item that is wanted, by what is added to the history.

    :ivar world: the user
    :ivar wanted: the item
    :ivar k: length of the list
    """

    world: World
    wanted: int
    k: int

    @cached_property
    def choices(self) -> Indices:
        """Items that could be liked, shape ``(C,)``: all that are new, or the strongest of them.

        The strongest are those whose pair weight with the wanted item is largest.
        """
        new = self._new
        most = _MOST_GAINS // max(len(self.rivals), 1)
        if len(new) <= most:
            return new
        weights = self.world.weights_of(new, np.array([self.wanted])).ravel()
        return np.sort(new[np.argsort(-weights, kind="stable")[:most]])

    @property
    def complete(self) -> bool:
        """Whether all that is new may be chosen: without that, nothing is proved."""
        return len(self.choices) == len(self._new)

    @cached_property
    def rivals(self) -> Indices:
        """Items that the history leads to and that can be above the wanted one, shape ``(R,)``.

        What only an added item leads to is left to the model's own check.
        """
        new = self._new[self.world.allowed[self._new]]
        led = (self.world.weights_of(self.world.history, new) != 0).any(axis=0)
        return np.asarray(new[led], dtype=np.int64)

    @cached_property
    def _new(self) -> Indices:
        new = np.ones(self.world.num_items, dtype=bool)
        new[self.world.history] = False
        new[self.wanted] = False
        return np.flatnonzero(new)

    @cached_property
    def own(self) -> Indices:
        """For each choice its place among the rivals; -1 where it is none, shape ``(C,)``."""
        places = np.full(self.world.num_items, -1, dtype=np.int64)
        places[self.rivals] = np.arange(len(self.rivals))
        return places[self.choices]

    def level(self, added: int) -> Level:
        """All that is needed to add so many items, for the rivals that can be above at all."""
        gap = self._gap(added)
        ages = self.world.ages + (added if self.world.power else 0)
        base = ages**-self.world.power @ (self._history + gap)
        steps = np.arange(added + 1)[:, None]
        lowest, highest = (sums[: added + 1] + steps * gap for sums in self._extremes)
        able = base + highest[added] > -self.tolerance
        places = np.where(able, able.cumsum() - 1, -1)
        return Level(
            base=base[able],
            each=self._gained[:, able] + gap[able],
            helps=lowest[:, able],
            own=_moved(self.own, places),
            k=self.k,
            leads=self.pull != 0 if self._must_lead(added) else None,
        )

    @cached_property
    def pull(self) -> Floats:
        """Pair weight of each choice with the wanted item, shape ``(C,)``."""
        return self.world.weights_of(self.choices, np.array([self.wanted])).ravel()

    @property
    def hopeless(self) -> bool:
        """Whether no item at all leads to the wanted one, so that it is never ranked."""
        return self._must_lead(_MOST_ADDED) and self.complete and not self.pull.any()

    def _must_lead(self, added: int) -> bool:
        """Whether the wanted item is ranked only if something that is added leads to it.

        Where nothing leads to anything new the model ranks by popularity; for that, all rivals
        would have to be added.
        """
        return not self._is_led and len(self.rivals) > added

    @cached_property
    def _is_led(self) -> bool:
        found = self.world.weights_of(self.world.history, np.array([self.wanted]))
        return bool(found.any())

    @cached_property
    def tolerance(self) -> float:
        """A margin closer to 0 than this may be rounding."""
        items = np.append(self.world.history, self.wanted)
        weights = self.world.weights_of(items, np.array([self.wanted]))
        gained = np.abs(self._gained).sum() / max(self._gained.size, 1)
        return _ROUNDING * float(np.abs(weights).sum() + gained + 1e-12)

    @cached_property
    def _extremes(self) -> tuple[Floats, Floats]:
        """Sums of the lowest 0, 1, 2, … gains of each rival, and of the highest."""
        count = min(_MOST_ADDED, len(self.choices))
        found = []
        for sign in (1, -1):
            values = np.ascontiguousarray(sign * self._gained.T)
            lowest = np.sort(np.partition(values, count - 1, axis=1)[:, :count], axis=1)
            sums = np.zeros((count + 1, len(values)))
            sums[1:] = sign * lowest.cumsum(axis=1).T
            found.append(sums)
        return found[0], found[1]

    def _gap(self, added: int) -> Floats:
        size = len(self.world.history) + added
        return self.world.bias_gaps(self.rivals, self.wanted, size)

    @cached_property
    def _history(self) -> Floats:
        return self._over_wanted(self.world.history)

    @cached_property
    def _gained(self) -> Floats:
        return self._over_wanted(self.choices)

    def _over_wanted(self, items: Indices) -> Floats:
        columns = np.append(self.rivals, self.wanted)
        weights = self.world.weights_of(items, columns)
        return weights[:, :-1] - weights[:, -1:]


def _moved(own: Indices, places: Indices) -> Indices:
    """Places of choices among some of the rivals; -1 where a choice is none of them.

    :param places: where each rival is among these, -1: it is not, shape ``(R,)``
    """
    found = np.full(len(own), -1, dtype=np.int64)
    found[own >= 0] = places[own[own >= 0]]
    return found


def smallest_addition(gains: Gains, check: Check, budget: Budget) -> Smallest:
    """Search the smallest set of choices.

    :param gains: of the wanted item
    :param check: whether the model itself lists the item, for a set of places among the choices
    :param budget: a limit of work
    """
    if gains.hopeless:
        return Smallest(None, min(_MOST_ADDED, len(gains.choices)) + 1)
    found = _greedy(gains, check)
    if not gains.complete:
        return Smallest(found, 1)
    most = (len(found) if found else min(_MOST_ADDED, len(gains.choices)) + 1) - 1
    for size in range(1, most + 1):
        try:
            for chosen in _Search(gains.level(size), size, gains.tolerance, budget).sets():
                budget.spend(CHECK * gains.world.num_items, CHECK_STEPS)
                if check(chosen):
                    return Smallest(tuple(chosen), size)
        except OutOfWorkError:
            return Smallest(found, size)
    return Smallest(found, most + 1)


def _greedy(gains: Gains, check: Check) -> tuple[int, ...] | None:
    """Add what lowers the k-th rival most, again and again."""
    chosen: list[int] = []
    while len(chosen) < min(_MOST_ADDED, len(gains.choices)):
        level = gains.level(len(chosen) + 1)
        places = np.setdiff1d(np.arange(len(gains.choices)), chosen)
        places = level.useful(chosen, places, 0)
        if not len(places):
            return None
        so_far = level.base + level.each[chosen].sum(axis=0)
        leads = level.lead(level.margins(so_far, chosen, places))
        # Where too few rivals are left to be in the way, what leads most to the wanted item.
        best = int(np.lexsort((-gains.pull[places], leads))[0])
        chosen.append(int(places[best]))
        if leads[best] < gains.tolerance and check(chosen):
            return tuple(sorted(chosen))
    return None


@dataclass(frozen=True)
class _Search:
    """All sets of one size after which few enough rivals may be above, best first."""

    level: Level
    size: int
    tolerance: float
    budget: Budget

    def sets(self) -> Iterator[list[int]]:
        """The sets.

        :raises OutOfWorkError: if the budget is not enough to look at all
        """
        yield from self._below([], self.level.base, np.arange(len(self.level.each)))

    def _below(self, chosen: list[int], margin: Floats, places: Indices) -> Iterator[list[int]]:
        """Sets of ``chosen``, whose margins are ``margin``, and some of ``places``."""
        level, left = self.level, self.size - len(chosen) - 1
        places = level.useful(chosen, places, left)
        if not len(places):
            return
        self.budget.spend(len(places) * max(len(margin), 1))
        reached = level.margins(margin + level.helps[left], chosen, places)
        # Of what is still to be added, each may be a rival that is then out of the way.
        over = (reached > self.tolerance).sum(axis=1) - left
        possible = np.flatnonzero(over < level.k)
        # Sets without anything that leads to the wanted item end at once if these come last.
        aside = np.zeros(len(possible)) if level.leads is None else ~level.leads[places[possible]]
        order = possible[np.lexsort((level.lead(reached[possible]), aside))]
        for number, place in enumerate(places[order].tolist()):
            longer = [*chosen, place]
            if not left:
                yield longer
                continue
            # Any two places of a set are both possible here: later ones are enough.
            rest = places[order[number + 1 :]]
            yield from self._below(longer, margin + level.each[place], rest)
