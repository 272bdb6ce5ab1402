"""At most so many items of one group in a list."""

from __future__ import annotations

import numpy as np

from kgrec.policies.greedy import Mask


class Capped:
    """Shuts out the items of every group that is full.

    :param members: groups of the pool's items, shape ``(n, G)``
    :param most: items of each group, at least 1
    """

    def __init__(self, members: Mask, most: int) -> None:
        self._members, self._most = members, most
        self._counts = np.zeros(members.shape[1], dtype=np.int64)
        self._shut = np.zeros(members.shape[0], dtype=bool)

    def narrow(self, open_: Mask) -> Mask:
        """Leave items all of whose groups have room."""
        return open_ & ~self._shut

    def add(self, place: int) -> None:
        """Count an item in its groups."""
        own = self._members[place]
        self._counts[own] += 1
        full = own & (self._counts >= self._most)
        if full.any():
            self._shut |= self._members[:, full].any(axis=1)
