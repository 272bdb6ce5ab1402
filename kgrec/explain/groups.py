"""Walks that read alike, told as one path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from kgrec.explain.tastes import Tastes
from kgrec.explain.walks import Floats, Indices, Walks
from kgrec.gnn.linear.hubs import FactHubs

_Name = tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Walks that are told as one path.

    All other users between two items are one, a shared fact is one, and so is all that people make
    of a fact (:mod:`kgrec.explain.tastes`).

    :ivar start: the item of the history; of a taste -1 until it is :func:`placed`
    :ivar hub: its strongest hub
    :ivar is_user: whether that is a user; else a column of the fact hubs
    :ivar count: how many walks
    :ivar taste: the place of a taste among all; -1: it is none
    :ivar witness: the item through which people lead to the fact; -1: none is between
    :ivar user: one of these people
    """

    start: int
    hub: int
    is_user: bool
    share: float
    learned: float
    count: int
    taste: int = -1
    witness: int = -1
    user: int = -1


@dataclass(frozen=True, eq=False)
class Groups:
    """All groups of an explanation, strongest first, in columns: there are thousands."""

    start: Indices
    hub: Indices
    is_user: npt.NDArray[np.bool_]
    share: Floats
    learned: Floats
    count: Indices
    taste: Indices

    def __len__(self) -> int:
        return len(self.start)

    def at(self, places: Iterable[int]) -> list[Group]:
        """Some of them."""
        columns = [getattr(self, field.name) for field in fields(self)]
        return [Group(*(column[place].item() for column in columns)) for place in places]


def grouped(walks: Walks, tastes: Tastes | None, target: int, hubs: FactHubs) -> Groups:
    """Group all walks to an item.

    :param target: the item that is explained
    :param hubs: of the walks
    """
    parts = [_of_users(walks), _of_facts(walks, target, hubs)]
    if tastes is not None:
        parts.append(_of_tastes(tastes))
    columns = [
        np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Groups)
    ]
    every = Groups(*columns)
    order = np.lexsort((every.hub, every.start, -every.share))
    return Groups(*(column[order] for column in columns))


def placed(
    groups: Sequence[Group], tastes: Tastes | None, target: int, hubs: FactHubs
) -> list[Group]:
    """The same with tastes shown at a walk; what leads over the same nodes is one.

    :param hubs: of the tastes
    """
    named: dict[_Name, Group] = {}
    for each in groups:
        group = each
        if tastes is not None and each.taste >= 0:
            walk = tastes.walk(each.taste)
            group = replace(each, start=walk.start, witness=walk.witness, user=walk.user)
        name = _name(group, target, hubs)
        if same := named.get(name):
            group = replace(
                same,
                share=same.share + group.share,
                learned=same.learned + group.learned,
                count=same.count + group.count,
            )
        named[name] = group
    return sorted(named.values(), key=lambda group: (-group.share, group.start, group.hub))


def _of_users(walks: Walks) -> Groups:
    """One group for all users between two items; they stand together, item after item."""
    part = walks.is_user
    starts = walks.starts[part]
    return _merged(walks, part, np.flatnonzero(np.diff(starts, prepend=-1)))


def _of_facts(walks: Walks, target: int, hubs: FactHubs) -> Groups:
    """Every fact stands for itself; a direct one has a hub at either end, and these are one."""
    places = np.flatnonzero(~walks.is_user)
    starts, columns = walks.starts[places], walks.hubs[places]
    nodes, roles = hubs.nodes[columns], hubs.roles[columns]
    direct = (nodes == starts) | (nodes == target)
    relations = np.array([number * 2 + forward for number, forward in hubs.relations] or [0])
    # Which way the relation runs between the two, whichever of them is the hub.
    along = relations[roles] ^ (nodes != target)
    name = np.where(direct, along, columns + relations.max() + 2)
    order = np.lexsort((name, starts))
    places, starts, name = places[order], starts[order], name[order]
    new = (np.diff(starts, prepend=-1) != 0) | (np.diff(name, prepend=-1) != 0)
    groups = _merged(walks, places, np.flatnonzero(new))
    return replace(groups, count=np.ones_like(groups.count))


def _merged(walks: Walks, part: npt.NDArray[np.generic], firsts: Indices) -> Groups:
    """Groups of walks that stand together, each shown at its strongest.

    :param part: which walks, in which order
    :param firsts: where groups begin
    """
    starts, hubs, shares = walks.starts[part], walks.hubs[part], walks.shares[part]
    if not len(starts):
        return _nothing()
    sizes = np.diff(firsts, append=len(starts))
    strength = np.abs(shares)
    highest = np.repeat(np.maximum.reduceat(strength, firsts), sizes)
    best = np.flatnonzero(strength == highest)
    shown = best[np.searchsorted(best, firsts)]
    return Groups(
        start=starts[shown],
        hub=hubs[shown],
        is_user=walks.is_user[part][shown],
        share=np.add.reduceat(shares, firsts),
        learned=np.add.reduceat(walks.learned[part], firsts),
        count=sizes.astype(np.int64),
        taste=np.full(len(firsts), -1),
    )


def _of_tastes(tastes: Tastes) -> Groups:
    places = np.flatnonzero(tastes.shares)
    return Groups(
        start=np.full(len(places), -1),
        hub=tastes.facts[places],
        is_user=np.zeros(len(places), dtype=bool),
        share=tastes.shares[places],
        learned=np.zeros(len(places)),
        count=tastes.counts[places],
        taste=places,
    )


def _nothing() -> Groups:
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return Groups(whole, whole, np.zeros(0, bool), real, real, whole, whole)


def _name(group: Group, target: int, hubs: FactHubs) -> _Name:
    """What tells a path from others."""
    if group.is_user:
        return (group.start, 0)
    origin = group.start if group.witness < 0 else group.witness
    number, forward = hubs.relations[hubs.roles[group.hub]]
    node = int(hubs.nodes[group.hub])
    if node in (origin, target):
        return (group.start, group.witness, 1, number, int(forward == (node == target)))
    return (group.start, group.witness, 2, group.hub)
