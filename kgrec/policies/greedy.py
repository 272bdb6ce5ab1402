r"""Building a list one item at a time, from the best of a ranking.

At every place the item with the largest gain is taken. The gain begins as the relevance, and each
term in turn mixes its own into it:

.. math:: g_0(i) = r_i, \qquad g_t(i) = (1 - s_t)\, g_{t-1}(i) + s_t\, \Delta_t(i \mid S)

with :math:`s_t` the strength of the term, :math:`S` what is in the list already, and :math:`r_i`
the score, scaled to [0, 1] over the pool. With one term that is the objective of its paper; with
all strengths 0 it is the ranking itself, for ties go to what was ranked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Term(Protocol):
    """What a list is good for beside relevance."""

    strength: float

    def gains(self) -> Numbers:
        """What each item of the pool would add to the list, shape ``(n,)``."""

    def add(self, place: int) -> None:
        """Take note of an item, by its place in the pool."""


class Bound(Protocol):
    """Which items may come next."""

    def narrow(self, open_: Mask) -> Mask:
        """Leave those that may come next, of those that still may; shape ``(n,)``."""

    def add(self, place: int) -> None:
        """Take note of an item, by its place in the pool."""


def scaled(scores: npt.NDArray[np.floating]) -> Numbers:
    """Scores scaled to [0, 1]; all 0 where they are equal."""
    scores = np.asarray(scores, dtype=np.float64)
    low, high = (scores.min(), scores.max()) if len(scores) else (0.0, 0.0)
    return np.asarray((scores - low) / (high - low)) if high > low else np.zeros(len(scores))


def greedy(relevance: Numbers, k: int, terms: Sequence[Term], bounds: Sequence[Bound]) -> Indices:
    """Choose up to ``k`` items of a pool.

    Work is ``k`` times the cost of the terms, memory linear in the pool.

    :param relevance: in [0, 1], best first, shape ``(n,)``
    :param terms: each mixes into what those before it say
    :param bounds: each is obeyed before those after it
    :return: places in the pool, in the order of the list; fewer than ``k`` if the bounds, or the
        pool, leave no more
    """
    free = np.ones(len(relevance), dtype=bool)
    chosen: list[int] = []
    for _ in range(min(k, len(relevance))):
        open_ = free
        for bound in bounds:
            open_ = bound.narrow(open_)
        if not open_.any():
            break
        best = int(np.where(open_, _gains(relevance, terms), -np.inf).argmax())
        chosen.append(best)
        free[best] = False
        for term in terms:
            term.add(best)
        for bound in bounds:
            bound.add(best)
    return np.array(chosen, dtype=np.int64)


def _gains(relevance: Numbers, terms: Sequence[Term]) -> Numbers:
    gains = relevance
    for term in terms:
        gains = (1.0 - term.strength) * gains + term.strength * term.gains()
    return gains
