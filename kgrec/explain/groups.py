"""Walks that read alike, told as one path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kgrec.explain.tastes import Tastes, TasteWalk
from kgrec.explain.walks import Walks
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


def grouped(walks: Walks, tastes: Tastes | None, target: int, hubs: FactHubs) -> list[Group]:
    """Groups, strongest first.

    :param target: the item that is explained
    :param hubs: of the walks
    """
    groups = [*_of_users(walks), *_of_facts(walks, target, hubs), *_of_tastes(tastes)]
    return _by_strength(groups)


def placed(
    groups: Sequence[Group], tastes: Tastes | None, target: int, hubs: FactHubs
) -> list[Group]:
    """The same with tastes shown at a walk; what leads over the same nodes is one.

    :param hubs: of the tastes
    """
    named: dict[_Name, Group] = {}
    for group in groups:
        if tastes is not None and group.taste >= 0:
            walk = tastes.walk(group.taste)
            group = _shown_at(group, walk)
        name = _name(group, target, hubs)
        if same := named.get(name):
            group = replace(
                same,
                share=same.share + group.share,
                learned=same.learned + group.learned,
                count=same.count + group.count,
            )
        named[name] = group
    return _by_strength(list(named.values()))


def _shown_at(group: Group, walk: TasteWalk) -> Group:
    return replace(group, start=walk.start, witness=walk.witness, user=walk.user)


def _by_strength(groups: list[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (-group.share, group.start, group.hub))


def _of_users(walks: Walks) -> Iterator[Group]:
    """One group for all users between two items; they stand together, item after item."""
    part = walks.is_user
    starts, hubs, shares = walks.starts[part], walks.hubs[part], walks.shares[part]
    if not len(starts):
        return
    firsts = np.flatnonzero(np.diff(starts, prepend=-1))
    sizes = np.diff(firsts, append=len(starts))
    strongest = np.abs(shares)
    highest = np.repeat(np.maximum.reduceat(strongest, firsts), sizes)
    best = np.flatnonzero(strongest == highest)
    shown = best[np.searchsorted(best, firsts)]
    totals = np.add.reduceat(shares, firsts)
    learned = np.add.reduceat(walks.learned[part], firsts)
    for at, total, of_vectors, size in zip(shown, totals, learned, sizes, strict=True):
        start, hub = int(starts[at]), int(hubs[at])
        yield Group(start, hub, True, float(total), float(of_vectors), int(size))


def _of_facts(walks: Walks, target: int, hubs: FactHubs) -> Iterator[Group]:
    """Every fact stands for itself; a direct one has a hub at either end."""
    found: dict[_Name, Group] = {}
    part = ~walks.is_user
    for start, hub, share in zip(
        walks.starts[part].tolist(),
        walks.hubs[part].tolist(),
        walks.shares[part].tolist(),
        strict=True,
    ):
        group = Group(start, hub, False, share, 0.0, 1)
        name = _name(group, target, hubs)
        same = found.get(name, group)
        if same is not group:
            stronger = max(same, group, key=lambda each: abs(each.share))
            group = replace(stronger, share=same.share + share)
        found[name] = group
    yield from found.values()


def _of_tastes(tastes: Tastes | None) -> Iterator[Group]:
    if tastes is None:
        return
    for place in np.flatnonzero(tastes.shares).tolist():
        share, hub = float(tastes.shares[place]), int(tastes.facts[place])
        yield Group(-1, hub, False, share, 0.0, tastes.count(place), taste=place)


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
