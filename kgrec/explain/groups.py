"""Walks that read alike, told as one path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from kgrec.explain.tastes import Tastes, TasteWalk
from kgrec.explain.walks import Floats, Indices, WalkFinder, Walks
from kgrec.gnn.linear.hubs import FactHubs


@dataclass(frozen=True)
class Group:
    """Walks that are told as one path.

    All other users between two items are one, a shared fact is one, and so is all that people make
    of a fact (:mod:`kgrec.explain.tastes`).

    :ivar start: the item of the history; -1 of a taste that people lead to, until :func:`placed`
    :ivar hub: a column of the fact hubs, the strongest; -1: users
    :ivar count: how many walks
    :ivar taste: the place of a taste among all; -1: it is none
    :ivar witness: the item through which people lead to the fact; -1: none is between
    :ivar user: the strongest of the users, or one of these people; -1 until :func:`placed`
    """

    start: int
    hub: int
    share: float
    learned: float
    count: int
    taste: int = -1
    witness: int = -1
    user: int = -1

    @property
    def is_user(self) -> bool:
        """Whether it leads through users alone."""
        return self.hub < 0


@dataclass(frozen=True, eq=False)
class Groups:
    """All groups of an explanation, strongest first, in columns: there are thousands."""

    start: Indices
    hub: Indices
    share: Floats
    learned: Floats
    count: Indices
    taste: Indices

    def __len__(self) -> int:
        return len(self.start)

    @property
    def is_user(self) -> npt.NDArray[np.bool_]:
        """Which lead through users alone."""
        return self.hub < 0

    def take(self, places: npt.NDArray[np.generic]) -> Groups:
        """Some of them, in another order."""
        return Groups(*(getattr(self, field.name)[places] for field in fields(self)))

    def at(self, places: Iterable[int]) -> list[Group]:
        """Some of them."""
        columns = [getattr(self, field.name) for field in fields(self)]
        return [Group(*(column[place].item() for column in columns)) for place in places]


def grouped(walks: Walks, tastes: Tastes | None, target: int, hubs: FactHubs) -> Groups:
    """Group all walks to an item.

    :param target: the item that is explained
    :param hubs: of the facts that lead to it
    """
    of_facts = _columns(walks, ~walks.is_user)
    parts = [_columns(walks, walks.is_user)]
    if tastes is not None:
        of_tastes = _of_tastes(tastes)
        at_start = of_tastes.start >= 0
        of_facts = _joined(of_facts, of_tastes.take(at_start))
        parts.append(of_tastes.take(~at_start))
    every = _joined(*parts, _merged_facts(of_facts, target, hubs))
    return every.take(np.lexsort((every.hub, every.start, -every.share)))


def placed(
    groups: Sequence[Group],
    tastes: Tastes | None,
    finder: WalkFinder,
    target: int,
    user: int | None,
) -> list[Group]:
    """The same with every taste shown at a walk, and all users at the strongest of them.

    :param finder: of the walks
    :param target: the item that is explained
    :param user: whose history it is; ``None``: no user's
    """

    def shown(group: Group) -> Group:
        if group.is_user:
            others, strengths = finder.users_between(group.start, target, user)
            return replace(group, user=int(others[strengths.argmax()]))
        if tastes is not None and group.start < 0:
            return _shown_at(group, tastes.walk(group.taste))
        return group

    return [shown(group) for group in groups]


def _shown_at(group: Group, walk: TasteWalk) -> Group:
    return replace(group, start=walk.start, witness=walk.witness, user=walk.user)


def _columns(walks: Walks, part: npt.NDArray[np.bool_]) -> Groups:
    """Some rows of walks as groups, each by itself."""
    return Groups(
        start=walks.starts[part],
        hub=walks.hubs[part],
        share=walks.shares[part],
        learned=walks.learned[part],
        count=walks.counts[part],
        taste=np.full(int(part.sum()), -1),
    )


def _merged_facts(every: Groups, target: int, hubs: FactHubs) -> Groups:
    """Every fact stands for itself; a direct one has a hub at either end, and these are one."""
    nodes, roles = hubs.nodes[every.hub], hubs.roles[every.hub]
    direct = (nodes == every.start) | (nodes == target)
    relations = np.array([number * 2 + forward for number, forward in hubs.relations] or [0])
    # Which way the relation runs between the two, whichever of them is the hub.
    along = relations[roles] ^ (nodes != target)
    name = np.where(direct, along, every.hub + relations.max() + 2)
    order = np.lexsort((name, every.start))
    every, name = every.take(order), name[order]
    new = (np.diff(every.start, prepend=-1) != 0) | (np.diff(name, prepend=-1) != 0)
    return _merged(every, np.flatnonzero(new))


def _merged(every: Groups, firsts: Indices) -> Groups:
    """Groups that stand together as one, each shown at its strongest.

    :param firsts: where they begin
    """
    if not len(every):
        return every
    sizes = np.diff(firsts, append=len(every))
    strength = np.abs(every.share)
    highest = np.repeat(np.maximum.reduceat(strength, firsts), sizes)
    best = np.flatnonzero(strength == highest)
    shown = every.take(best[np.searchsorted(best, firsts)])
    return replace(
        shown,
        share=np.add.reduceat(every.share, firsts),
        learned=np.add.reduceat(every.learned, firsts),
        count=np.add.reduceat(every.count, firsts),
    )


def _joined(*parts: Groups) -> Groups:
    names = [field.name for field in fields(Groups)]
    return Groups(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _of_tastes(tastes: Tastes) -> Groups:
    places = np.flatnonzero(tastes.shares)
    return Groups(
        start=tastes.direct[places],
        hub=tastes.facts[places],
        share=tastes.shares[places],
        learned=np.zeros(len(places)),
        count=tastes.counts[places],
        taste=places,
    )
