r"""A minimum share of a list's exposure for groups of items.

The exposure of place :math:`t` is :math:`v_t = 1 / \log_2(t + 1)`; a group must have at least
:math:`m_g \sum_t v_t`. The constraint is that of Singh and Joachims 2018, "Fairness of Exposure in
Rankings" (https://arxiv.org/abs/1802.07281), for every single list instead of an expectation over
random ones. Lists are built greedily, as in FA*IR (Zehlike et al. 2017,
https://arxiv.org/abs/1706.06368), but an item must be of a group only where the group can wait no
longer: the head of a list, where a change costs most, stays as it was for as long as may be.

**What is guaranteed.** For one group: the minimum holds in every list for which some choice and
order of the pool's items has it. For several: the greedy list, and where that falls short an
integer program (:mod:`kgrec.policies.exposure_plan`), which finds places for the groups if there
are any. With caps beside it neither is guaranteed. Whatever is not met is reported.
"""

from __future__ import annotations

import numpy as np

from kgrec.policies.greedy import Indices, Mask, Numbers

_ROUNDING = 1e-9


def attention(length: int) -> Numbers:
    """``1 / log2(rank + 1)`` of the first ranks, shape ``(length,)``."""
    return np.asarray(1.0 / np.log2(np.arange(2, length + 2)))


class Exposed:
    """Makes room for groups that can wait no longer.

    :param members: groups of the pool's items, shape ``(n, G)``
    :param minimum: share of each group, shape ``(G,)``
    :param length: of the list, at least 1
    """

    def __init__(self, members: Mask, minimum: Numbers, length: int) -> None:
        self._members = members
        self._given = attention(length)
        # What the first n of the places from here on are worth is a difference of these.
        self._sums = np.concatenate([[0.0], np.cumsum(self._given)])
        self._needs = minimum * self._given.sum()
        self._left = members.sum(axis=0)
        self._disjoint = bool((members.sum(axis=1) <= 1).all())
        self._rank, self._length = 0, length

    def narrow(self, open_: Mask) -> Mask:
        """Leave only items of groups that would come too late at the next place."""
        wanting = self._needs > _ROUNDING
        late = wanting & (self._needs > self._worth(self._rank + 1, self._left) + _ROUNDING)
        rest = self._sums[-1] - self._sums[self._rank + 1]
        if not late.any() and self._needs[wanting].sum() > rest + _ROUNDING and self._disjoint:
            late = wanting
        if not late.any():
            return open_
        # Of several the neediest; if it has nothing to show, whoever has.
        for group in sorted(np.flatnonzero(late), key=lambda group: -self._needs[group]):
            found = open_ & self._members[:, group]
            if found.any():
                return found
        return open_

    def add(self, place: int) -> None:
        """Give an item the attention of the next place."""
        own = self._members[place]
        self._needs = self._needs - own * self._given[self._rank]
        self._left = self._left - own
        self._rank += 1

    def _worth(self, start: int, items: Indices) -> Numbers:
        """Attention that so many items of a group can have from a place on, all in front."""
        ends = np.minimum(start + items, self._length)
        return np.asarray(self._sums[ends] - self._sums[min(start, self._length)])


def shares(chosen: Mask) -> Numbers:
    """Share of each group in the exposure of a list.

    :param chosen: groups of the items of the list, in its order, shape ``(k, G)``
    :return: in [0, 1], shape ``(G,)``; 0 for an empty list
    """
    given = attention(len(chosen))
    return np.asarray(given @ chosen / max(float(given.sum()), _ROUNDING))
