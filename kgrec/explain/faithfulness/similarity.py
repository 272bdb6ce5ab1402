"""How alike two explanations of the same recommendation are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from kgrec.explain.explanation import Explanation
from kgrec.explain.faithfulness.names import Name, path_name


@dataclass(frozen=True)
class Similarity:
    """Two explanations compared; NaN where there is nothing to compare.

    :ivar correlation: Spearman's rank correlation of the shares of all paths of either, in
        [-1, 1]; a path that one lacks has the share 0 there. NaN with fewer than two paths or
        where all shares of one are equal
    :ivar overlap: how many of the strongest paths of the one are among those of the other, in
        [0, 1]; NaN if the first has no more paths than are compared, for then all are strongest
    :ivar by_chance: the overlap that a random choice would have; NaN like ``overlap``
    """

    correlation: float
    overlap: float
    by_chance: float


def similarity(first: Explanation, second: Explanation, top: int = 3) -> Similarity:
    """Compare two explanations.

    :param first: with all paths
    :param second: with all paths
    :param top: how many of the strongest paths are compared, at least 1
    """
    names = list(_shares(first) | _shares(second))
    pairs = [[shares.get(name, 0.0) for name in names] for shares in map(_shares, (first, second))]
    if len(first.paths) <= top:
        return Similarity(_spearman(*pairs), math.nan, math.nan)
    shared = set(list(_shares(first))[:top]) & set(list(_shares(second))[:top])
    return Similarity(_spearman(*pairs), len(shared) / top, top / len(names))


def _shares(explanation: Explanation) -> dict[Name, float]:
    """Shares by name, strongest first."""
    return {path_name(path): path.share for path in explanation.paths}


def _spearman(first: list[float], second: list[float]) -> float:
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return math.nan
    return float(spearmanr(first, second).statistic)
