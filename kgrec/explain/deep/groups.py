"""Routes that are told as one path: all other users between two items, or one shared fact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kgrec.explain.deep.routes import Floats, Routes


@dataclass(frozen=True)
class Group:
    """Routes that are told as one.

    :ivar route: the strongest of them
    :ivar share: the sum of their attributions
    :ivar strength: what they are ordered by, the sum over all of them
    :ivar count: how many they are
    :ivar through_users: whether other users join the two items
    """

    route: int
    share: float
    strength: float
    count: int
    through_users: bool


def grouped(
    routes: Routes, shares: Floats, strengths: Floats, users: npt.NDArray[np.bool_]
) -> list[Group]:
    """Group routes, the strongest first.

    :param shares: attributions of the routes
    :param strengths: what to order by
    :param users: which of the local nodes are users
    """
    through_users = users[routes.nodes[:, 2]] & (routes.lengths == 3)
    starts = routes.nodes[:, 1]
    # A route that is not through users is a group of its own.
    names = np.where(through_users, starts, starts.max(initial=0) + 1 + np.arange(len(routes)))
    order = np.lexsort((-strengths, names))
    _, firsts, counts = np.unique(names[order], return_index=True, return_counts=True)
    groups = [
        Group(
            route=int(order[first]),
            share=float(shares[order[first : first + count]].sum()),
            strength=float(strengths[order[first : first + count]].sum()),
            count=int(count),
            through_users=bool(through_users[order[first]]),
        )
        for first, count in zip(firsts.tolist(), counts.tolist(), strict=True)
    ]
    return sorted(groups, key=lambda group: (-group.strength, group.route))


def strongest(groups: list[Group], count: int) -> list[Group]:
    """The first; the last place goes to a fact if people would otherwise fill the list."""
    shown = groups[:count]
    facts = [group for group in groups[count:] if not group.through_users and group.strength > 0]
    if count < 2 or not facts or not all(group.through_users for group in shown):
        return shown
    return [*shown[:-1], facts[0]]
