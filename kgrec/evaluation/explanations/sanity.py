"""Checks against the model itself: masked weights, and random parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kgrec.evaluation.compare import Interval, bootstrap
from kgrec.evaluation.explanations.case import Case
from kgrec.explain.faithfulness import PARTS, Similarity, randomised, rescored, similarity
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.linear.recency import recent_histories
from kgrec.recommend import Recommender

LEAST_COMPARED = 10
"""Intervals from fewer recommendations say nothing. A convention."""

MOST_ALIKE = 0.5
"""Above it explanations of a random model count as the same. A convention: Adebayo et al. compare
pictures by eye and name no number."""


@dataclass(frozen=True)
class Randomisation:
    """Explanations of the trained model beside those of a randomised one.

    :ivar compared: recommendations with paths enough to compare
    :ivar correlation: Spearman's rank correlation of shares, mean over recommendations
    :ivar overlap: of the strongest paths, mean over recommendations
    :ivar by_chance: the overlap of a random choice of paths
    """

    compared: int
    correlation: Interval
    overlap: Interval
    by_chance: float

    @property
    def passes(self) -> bool:
        """Whether both intervals stay below :data:`MOST_ALIKE`."""
        return max(self.correlation.high, self.overlap.high) < MOST_ALIKE

    @property
    def verdict(self) -> str:
        """``differ``, ``alike``, or that the sample is too small to tell."""
        enough = self.compared >= LEAST_COMPARED
        if enough and self.passes:
            return "differ"
        if enough and max(self.correlation.low, self.overlap.low) >= MOST_ALIKE:
            return "alike"
        return f"too few to tell ({self.compared})"

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "compared": self.compared,
            "correlation": vars(self.correlation),
            "overlap": vars(self.overlap),
            "by_chance": self.by_chance,
            "passes": self.passes,
            "verdict": self.verdict,
        }


class Randomised:
    """Explains the same recommendations with randomised models, and compares.

    :param rec: the recommender; only its linear model has parts that can be randomised one by one
    :param top: how many of the strongest paths are compared
    :param seed: of the random numbers
    """

    def __init__(self, rec: Recommender, top: int, seed: int) -> None:
        self.top, self.seed = top, seed
        self._recs: dict[str, Recommender] = {}
        if isinstance(rec.model, PairModel):
            self._recs = {
                part: rec.with_model(randomised(rec.model, rec.fitted_on, seed, part))
                for part in PARTS
            }
        self._found: dict[str, list[Similarity]] = {part: [] for part in self._recs}

    def add(self, case: Case) -> None:
        """Compare the explanations of one more recommendation."""
        why = case.explanation
        for part, rec in self._recs.items():
            other = rec.explain(why.user, why.item, paths=None)
            self._found[part].append(similarity(why, other, self.top))

    def results(self) -> Mapping[str, Randomisation]:
        """By part that was randomised; empty if nothing could be compared."""
        summed = {part: self._summed(found) for part, found in self._found.items()}
        return {part: result for part, result in summed.items() if result}

    def _summed(self, found: Sequence[Similarity]) -> Randomisation | None:
        usable = [
            each for each in found if not (math.isnan(each.correlation) or math.isnan(each.overlap))
        ]
        if not usable:
            return None
        return Randomisation(
            compared=len(usable),
            correlation=bootstrap(np.array([each.correlation for each in usable]), seed=self.seed),
            overlap=bootstrap(np.array([each.overlap for each in usable]), seed=self.seed),
            by_chance=float(np.mean([each.by_chance for each in usable])),
        )


def rescoring_error(rec: Recommender, cases: Sequence[Case], deleted: int) -> float | None:
    """How far the model with masked weights is from the score less the shares.

    The strongest paths of each recommendation are masked in a copy of the model, which scores all
    items: the item must have lost the shares, and no other item anything.

    :param cases: recommendations, each with an explanation of all paths
    :param deleted: how many paths are masked
    :return: the largest difference, relative to the score of the item; ``None`` without cases, or
        where the model has no weights of pairs
    """
    model, features = rec.model, rec.features
    if not isinstance(model, PairModel) or not cases:
        return None
    histories = recent_histories(features, model.recency)
    worst = 0.0
    for case in cases:
        why = case.explanation
        history = histories[features.user_indices([why.user])]
        expected = np.asarray(model.score(history).numpy(), dtype=np.float64).ravel()
        expected[features.item_index(why.item)] -= sum(path.share for path in why.paths[:deleted])
        found = rescored(model, features, history, why.paths[:deleted])
        worst = max(worst, float(np.abs(found - expected).max()) / max(abs(why.score), 1e-12))
    return worst
