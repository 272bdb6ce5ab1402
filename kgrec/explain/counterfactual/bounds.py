r"""How far a rival can come at best, if ``s`` items of a history are removed.

A dynamic programme over the history, latest item first. Each item is kept, with the weight that it
has after ``q`` removals before it, or is removed; every rival chooses for itself, so that no set of
``s`` items can do better for it than this. If fewer than ``k`` rivals can come above the target,
no set of that size takes it out of the best ``k``: a proof, and the way to prune a search.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from kgrec.explain.counterfactual.world import Floats


def best_margins(pairs: Floats, ages: Floats, removed: int, power: float) -> Floats:
    """Bounds from above for what the rest of a history adds to the margins of rivals.

    Exact for a rival by itself where no two items are of one moment.

    :param pairs: what each item adds to a rival's margin, before weights, shape ``(n, R)``
    :param ages: of the items, ascending, from 1, shape ``(n,)``
    :param removed: how many items are removed in all
    :param power: of the age in an item's weight
    :return: entry ``[t, q]``: of the items from place ``t`` on, after ``q`` removals before them
        and with ``removed - q`` still to come, shape ``(n + 1, removed + 1, R)``; -inf where too
        few items are left
    """
    return np.stack([*_backwards(pairs, ages, removed, power)][::-1])


def best_totals(pairs: Floats, ages: Floats, removed: int, power: float) -> Floats:
    """The bounds of the whole history, ``best_margins(…)[0, 0]``, in little memory."""
    (first,) = deque(_backwards(pairs, ages, removed, power), maxlen=1)
    total: Floats = first[0]
    return total


def _backwards(pairs: Floats, ages: Floats, removed: int, power: float) -> Iterator[Floats]:
    """The bounds from the end of the history to its start, each of shape ``(removed + 1, R)``."""
    rest = np.full((removed + 1, pairs.shape[1]), -np.inf)
    rest[removed] = 0.0
    yield rest
    before = np.arange(removed + 1)
    firsts = np.searchsorted(ages, ages, side="left")
    for place in range(len(pairs) - 1, -1, -1):
        # Removals in the same moment do not make an item younger: that many may not count.
        least = np.maximum(before - (place - firsts[place]), 0)
        high, low = (np.maximum(ages[place] - count, 1) ** -power for count in (before, least))
        pair = pairs[place]
        kept = np.where(pair >= 0, high[:, None] * pair, low[:, None] * pair) + rest
        np.maximum(kept[:-1], rest[1:], out=kept[:-1])
        rest = kept
        yield rest
