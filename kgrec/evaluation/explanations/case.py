"""One recommendation with its explanation, and what is measured on it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.explain import Explanation
from kgrec.explain.faithfulness import (
    Order,
    Rivals,
    area,
    delete,
    deletion_curve,
    insertion_curve,
    keep,
)
from kgrec.recommend import Recommender

STRONGEST = "strongest"


@dataclass(frozen=True, eq=False)
class Case:
    """A recommendation.

    :ivar explanation: with all paths
    :ivar listed: the score in the list, which the explanation did not see
    :ivar rivals: all other items that the user may be recommended
    :ivar is_sum: whether the model is a sum over paths and named parts, so that what is latent is
        an error
    """

    explanation: Explanation
    listed: float
    rivals: Rivals
    is_sum: bool

    @property
    def sum_error(self) -> float:
        """How far the named parts are from the listed score, relative to it."""
        why = self.explanation
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        if self.is_sum:
            total -= why.rest.get("latent", 0.0)
        return abs(total - self.listed) / max(abs(self.listed), 1e-12)

    @property
    def path_share(self) -> float:
        """The size of what paths carry against the sizes of all parts, in [0, 1]."""
        return self._of_all(self.explanation.path_share)

    @property
    def latent_share(self) -> float:
        """The size of what no path and no other name accounts for, in [0, 1]."""
        return self._of_all(self.explanation.rest.get("latent", 0.0))

    @property
    def extracted_share(self) -> float:
        """The size of paths that rest on a fact that only a text states and are no reasons."""
        return self._of_all(self.explanation.rest.get("extracted", 0.0))

    def _of_all(self, part: float) -> float:
        why = self.explanation
        sizes = abs(why.path_share) + sum(map(abs, why.rest.values()))
        return abs(part) / sizes if sizes else 0.0


def cases_of(rec: Recommender, user: str, k: int) -> Iterator[Case]:
    """The first ``k`` recommendations of a user, explained and set among all others."""
    table = rec.recommend(user, k=len(rec.features.items)).to_polars()
    for item, score in table.head(k).select("item", "score").iter_rows():
        others = table.filter(pl.col("item") != item)["score"]
        why = rec.explain(user, item, paths=None)
        yield Case(why, score, Rivals.of(others.to_numpy()), rec.model.kind == "linear")


def measure(case: Case, orders: Mapping[str, Order], deleted: int, k: int) -> dict[str, Any]:
    """One row of numbers.

    :param orders: the explanation's own order as ``strongest``, and controls
    :param deleted: how many paths are deleted, or kept alone
    :param k: up to which rank an item is recommended
    """
    why = case.explanation
    row: dict[str, Any] = {
        "user": why.user,
        "item": why.item,
        "paths": len(why.paths),
        "sum_error": case.sum_error,
        "path_share": case.path_share,
        "latent_share": case.latent_share,
        "extracted_share": case.extracted_share,
    }
    if why.paths:
        for name, order in orders.items():
            places = order(why)
            row |= {f"{name}_{what}": value for what, value in _of(case, places, deleted, k)}
    return row


def _of(case: Case, places: Sequence[int], deleted: int, k: int) -> Iterator[tuple[str, float]]:
    why, rivals = case.explanation, case.rivals
    # In one order, so that the same paths lose the same to the last digit.
    chosen = sorted(places[:deleted])
    without, alone = delete(why, rivals, chosen), keep(why, rivals, chosen)
    size = max(abs(why.score), 1e-12)
    yield "same_paths", float(chosen == list(range(len(why.paths)))[:deleted])
    yield "rank_drop", float(without.rank_drop)
    yield "score_drop", without.score_drop
    yield "necessity", without.score_drop / size
    yield "lost", float(without.new_rank > k)
    yield "sufficiency", alone.new_score / size
    yield "kept", float(alone.new_rank <= k)
    yield "deletion_area", area(deletion_curve(why, rivals, places))
    yield "insertion_area", area(insertion_curve(why, rivals, places))
