r"""Deletion and insertion curves: how the rank goes as path after path is taken away, or put back.

A curve begins at the left with no path deleted (or inserted) and ends at the right with all of
them. Its height is :math:`1 / \log_2(1 + \text{rank})`, the discount of NDCG: 1 for the first
place, and near 0 where nobody looks. A faithful order makes the deletion curve fall early (small
area) and the insertion curve rise early (large area). Petsiuk et al., "RISE", BMVC 2018.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kgrec.explain.explanation import Explanation
from kgrec.explain.faithfulness.deletion import shares_of
from kgrec.explain.faithfulness.ranks import Floats, Ranks, Rivals


def deletion_curve(explanation: Explanation, rivals: Rivals, order: Sequence[int]) -> Ranks:
    """The rank after 0, 1, 2 … deleted paths.

    :param explanation: with all paths
    :param rivals: the scores of the other items
    :param order: places in ``explanation.paths``, the first to be deleted first
    :return: shape ``(len(order) + 1,)``
    """
    lost = _sums(shares_of(explanation)[list(order)])
    return rivals.ranks(explanation.score - lost)


def insertion_curve(explanation: Explanation, rivals: Rivals, order: Sequence[int]) -> Ranks:
    """The rank with 0, 1, 2 … paths and all that is not a path.

    :param order: places in ``explanation.paths``, the first to be put back first
    :return: shape ``(len(order) + 1,)``
    """
    shares = shares_of(explanation)
    return rivals.ranks(explanation.score - shares.sum() + _sums(shares[list(order)]))


def area(ranks: Ranks) -> float:
    """The area under a curve, by the trapezoid rule.

    :param ranks: at equal distances from left to right, at least one, shape ``(n,)``
    :return: in (0, 1]
    """
    heights = 1 / np.log2(1 + np.asarray(ranks, dtype=np.float64))
    if len(heights) == 1:
        return float(heights[0])
    return float(np.trapezoid(heights, dx=1 / (len(heights) - 1)))


def _sums(shares: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(shares)])
