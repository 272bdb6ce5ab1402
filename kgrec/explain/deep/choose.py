"""Which nodes a score is explained by: bounded work, whatever the degree of a node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kgrec.explain.deep.asked import Asked
from kgrec.explain.deep.whole import Indices, Whole

WIDEST = 256
"""At most so many neighbours of an item, of one kind, and twice as many items of a history."""
_LOOKED_AT = 8 * WIDEST
# The edges between two nodes of more neighbours than this are never looked for.
_HUB = 4_096


@dataclass(frozen=True, eq=False)
class Chosen:
    """The nodes around a user and an item.

    :ivar history: items of the history, as places in :attr:`Asked.items`
    :ivar near: other nodes, sorted; the item is none of them
    :ivar left_out: how many neighbours were passed over because there were too many
    """

    history: Indices
    near: Indices
    left_out: int


def choose(asked: Asked, item: int) -> Chosen:
    """Choose the nodes between which edges are weighed.

    These are the items of the history, what the item hears, and what two of all these hear of in
    the catalog. As PaGE-Link does, the search leaves out what has many neighbours first: of too
    many, those with the fewest edges stay; of the users, those of whose history the largest part
    is also in that of the user who asks.
    """
    whole = asked.whole
    history = _fewest(np.arange(len(asked.items)), whole.degrees[asked.items], 2 * WIDEST)
    items = asked.items[history]
    heard = whole.neighbours(item)
    is_user = heard >= whole.num_core
    users, facts = heard[is_user & (heard != asked.node)], heard[~is_user]
    near_users = _closest(whole, users, items)
    near_facts = _fewest(facts, whole.degrees[facts], WIDEST)
    between, passed_over = _between(whole, items, near_facts)
    left_out = len(asked.items) - len(history) + len(users) - len(near_users)
    near = np.unique(np.concatenate([near_users, near_facts, between, items]))
    if asked.node >= 0:
        near = np.union1d(near, [asked.node])
    return Chosen(
        history=history,
        near=near[near != item],
        left_out=left_out + len(facts) - len(near_facts) + passed_over,
    )


def places_between(whole: Whole, nodes: Indices) -> Indices:
    """Places of all messages between some nodes, sorted; those between two hubs are left out.

    :param nodes: sorted
    """
    low = nodes[whole.degrees[nodes] <= _HUB]
    places = whole.heard_by(low)
    columns = whole.hearing.edges.columns.numpy()[places]
    found = places[_contains(nodes, columns)]
    return np.unique(np.concatenate([found, whole.partners[found]]))


def _closest(whole: Whole, users: Indices, items: Indices) -> Indices:
    """The users of whose history the largest part lies in some items."""
    looked_at = _fewest(users, whole.degrees[users], _LOOKED_AT)
    if len(looked_at) <= WIDEST:
        return looked_at
    taken = whole.hearing.edges.columns.numpy()[whole.heard_by(looked_at)]
    rows = np.repeat(np.arange(len(looked_at)), whole.degrees[looked_at])
    shared = np.bincount(rows[_contains(np.sort(items), taken)], minlength=len(looked_at))
    return _fewest(looked_at, -shared / np.maximum(whole.degrees[looked_at], 1), WIDEST)


def _between(whole: Whole, items: Indices, facts: Indices) -> tuple[Indices, int]:
    """What is no user and joined to two of the nodes, and how many of these were too many."""
    known = np.concatenate([items, facts])
    known = known[whole.degrees[known] <= _HUB]
    columns = whole.hearing.edges.columns.numpy()[whole.heard_by(known)]
    nodes, counts = np.unique(columns[columns < whole.num_core], return_counts=True)
    nodes = nodes[counts > 1]
    kept = _fewest(nodes, whole.degrees[nodes], 2 * WIDEST)
    return kept, len(nodes) - len(kept)


def _fewest(nodes: Indices, numbers: npt.NDArray[np.generic], most: int) -> Indices:
    """The nodes with the lowest numbers, in their own order."""
    if len(nodes) <= most:
        return nodes
    return nodes[np.sort(np.argsort(numbers, kind="stable")[:most])]


def _contains(nodes: Indices, asked: Indices) -> npt.NDArray[np.bool_]:
    """Which are among some sorted nodes."""
    if not len(nodes):
        return np.zeros(len(asked), dtype=np.bool_)
    places = np.minimum(np.searchsorted(nodes, asked), len(nodes) - 1)
    return np.asarray(nodes[places] == asked)
