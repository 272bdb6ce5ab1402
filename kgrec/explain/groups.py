"""Walks that read alike, told as one path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kgrec.explain.tastes import TasteWalks
from kgrec.explain.walks import Walks
from kgrec.gnn.linear.hubs import FactHubs

_Name = tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Walks that are told as one path.

    All other users between two items are one, a shared fact is one, and so is all that people make
    of a fact (:mod:`kgrec.explain.tastes`).

    :ivar start: the item of the history
    :ivar hub: its strongest hub
    :ivar is_user: whether that is a user; else a column of the fact hubs
    :ivar count: how many walks, or how many people
    :ivar witness: the item through which people lead to the fact; -1: none is between
    :ivar user: one of these people
    :ivar people: how many they are
    :ivar later: whether the hub is one of the graph that is served, and not of the fitted one
    """

    start: int
    hub: int
    is_user: bool
    share: float
    learned: float
    count: int
    witness: int = -1
    user: int = -1
    people: int = 0
    later: bool = False


def grouped(
    walks: Walks, tastes: Sequence[TasteWalks], target: int, hubs: FactHubs, later: FactHubs | None
) -> list[Group]:
    """Groups, strongest first.

    :param target: the item that is explained
    :param hubs: of the walks
    :param later: of the tastes, if these are others
    """
    named: dict[_Name, Group] = dict(_of_walks(walks, target, hubs))
    for taste in tastes:
        name, group = _of_taste(taste, target, later or hubs)
        group = replace(group, later=later is not None)
        if same := named.get(name):
            group = replace(same, share=same.share + group.share, count=same.count + group.count)
        named[name] = group
    return sorted(named.values(), key=lambda group: (-group.share, group.start, group.hub))


def _of_walks(walks: Walks, target: int, hubs: FactHubs) -> Iterable[tuple[_Name, Group]]:
    """One group for all users between two items; every fact stands for itself."""
    rows: dict[_Name, list[int]] = {}
    for row, (start, hub, is_user) in enumerate(
        zip(walks.starts, walks.hubs, walks.is_user, strict=True)
    ):
        name = (0,) if is_user else fact_name(int(start), int(hub), target, hubs)
        rows.setdefault((int(start), *name), []).append(row)
    for name, group in rows.items():
        strongest = max(group, key=lambda row: abs(walks.shares[row]))
        yield (
            name,
            Group(
                start=int(walks.starts[strongest]),
                hub=int(walks.hubs[strongest]),
                is_user=bool(walks.is_user[strongest]),
                share=float(walks.shares[group].sum()),
                learned=float(walks.learned[group].sum()),
                count=len(group) if walks.is_user[strongest] else 1,
            ),
        )


def _of_taste(taste: TasteWalks, target: int, hubs: FactHubs) -> tuple[_Name, Group]:
    group = Group(
        start=taste.start,
        hub=taste.fact,
        is_user=False,
        share=taste.share,
        learned=0.0,
        count=taste.count,
        witness=taste.witness,
        user=taste.user,
        people=taste.people,
    )
    if taste.witness < 0:
        return (taste.start, *fact_name(taste.start, taste.fact, target, hubs)), group
    return (taste.start, *fact_name(taste.witness, taste.fact, target, hubs), taste.witness), group


def fact_name(start: int, hub: int, target: int, hubs: FactHubs) -> _Name:
    """What tells a path through a fact from others: a direct fact has a hub at either end."""
    number, forward = hubs.relations[hubs.roles[hub]]
    node = int(hubs.nodes[hub])
    if node in (start, target):
        return (1, number, int(forward == (node == target)))
    return (2, hub)
