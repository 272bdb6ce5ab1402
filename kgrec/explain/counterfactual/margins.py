r"""By how much every rival is above the target once some of the history is gone.

For a fixed number of removed items the margin of a rival is a sum over what is kept,

.. math:: m_r = \sum_{j \text{ kept}} v_j\, E_{jr}, \qquad v_j = {a'_j}^{-\gamma},

with :math:`a'_j` the age of :math:`j` among what is kept and :math:`E` the pair weights of the
rival less those of the target, popularity included (:meth:`World.bias_gaps
<kgrec.explain.counterfactual.world.World.bias_gaps>`). The target is out of the best :math:`k`
where :math:`k` rivals have a margin above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kgrec.explain.counterfactual.world import Floats, Indices, World, ages_among

# Scores are float32: margins within this part of a score's size are left to the model to decide.
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Margins:
    """Margins of all rivals of one item.

    :ivar world: the user
    :ivar target: the item that is to leave the list
    :ivar k: length of the list
    :ivar returns: whether removed items may be recommended again, and so are rivals, too
    """

    world: World
    target: int
    k: int
    returns: bool = True

    @property
    def size(self) -> int:
        """Items of the history."""
        return len(self.world.history)

    @cached_property
    def rivals(self) -> Indices:
        """All items that can be above the target, shape ``(R,)``."""
        allowed = self.world.allowed.copy()
        allowed[self.target] = False
        allowed[self.world.history] &= self.returns
        return np.flatnonzero(allowed & (self._rows != 0).any(axis=0))

    @cached_property
    def own(self) -> Indices:
        """For each rival its place in the history; -1 where it is not in there."""
        places = np.full(self.world.num_items, -1, dtype=np.int64)
        places[self.world.history] = np.arange(self.size)
        return places[self.rivals]

    @cached_property
    def reach(self) -> npt.NDArray[np.bool_]:
        """Whether an item of the history leads to a rival at all, shape ``(n, R)``."""
        return np.asarray(self._rows[:, self.rivals] != 0)

    @cached_property
    def support(self) -> Indices:
        """Places in the history of the items that lead to the target."""
        return np.flatnonzero(self._rows[:, self.target])

    def differences(self, removed: int) -> Floats:
        """:math:`E` where so many items are removed, shape ``(n, R)``."""
        kept = self.size - removed
        return self._plain + self.world.bias_gaps(self.rivals, self.target, kept)

    @cached_property
    def tolerance(self) -> float:
        """A margin closer to 0 than this may be rounding."""
        return _ROUNDING * float(np.abs(self._rows[:, self.target]).sum() + 1e-12)

    def of(self, removed: Sequence[int]) -> Floats:
        """The margins after a removal; -inf for rivals that are not to be recommended.

        :param removed: places in the history
        """
        kept = np.setdiff1d(np.arange(self.size), removed)
        ages = ages_among(self.world.ages[kept])
        margins = ages**-self.world.power @ self.differences(len(removed))[kept]
        margins[~self.reach[kept].any(axis=0)] = -np.inf
        margins[(self.own >= 0) & ~np.isin(self.own, removed)] = -np.inf
        return np.asarray(margins, dtype=np.float64)

    def after_one_more(self, removed: Sequence[int]) -> tuple[Indices, Floats]:
        """The margins after each removal of one item more than ``removed``.

        :return: what is kept, shape ``(m,)``, and the margins, shape ``(m, R)``
        """
        kept = np.setdiff1d(np.arange(self.size), removed)
        ages = ages_among(self.world.ages[kept])
        pairs = self.differences(len(removed) + 1)[kept]
        # What is earlier than the removed item grows younger by one.
        before, after = (np.maximum(ages - step, 1) ** -self.world.power for step in (0, 1))
        as_before, as_after = before[:, None] * pairs, after[:, None] * pairs
        earlier = np.searchsorted(ages, ages, side="right")
        margins = _sums(as_before)[earlier] - as_before
        margins += as_after.sum(axis=0) - _sums(as_after)[earlier]
        reach = self.reach[kept]
        margins[reach.sum(axis=0) - reach == 0] = -np.inf
        hidden = (self.own >= 0) & ~np.isin(self.own, removed)
        margins[hidden & (kept[:, None] != self.own)] = -np.inf
        return kept, margins

    def lead(self, margins: Floats) -> Floats:
        """The margin of the ``k``-th best rival along the last axis: above 0, the target is out."""
        if margins.shape[-1] < self.k:
            return np.full(margins.shape[:-1], -np.inf)
        place = margins.shape[-1] - self.k
        return np.asarray(np.partition(margins, place, axis=-1)[..., place], dtype=np.float64)

    @cached_property
    def _rows(self) -> Floats:
        return self.world.weights_of(self.world.history, np.arange(self.world.num_items))

    @cached_property
    def _plain(self) -> Floats:
        return self._rows[:, self.rivals] - self._rows[:, [self.target]]


def _sums(values: Floats) -> Floats:
    """Sums of the first 0, 1, …, n rows, shape ``(n + 1, …)``."""
    return np.concatenate([np.zeros_like(values[:1]), values.cumsum(axis=0)])
