"""On how many recommendations are random, shortest and attention beaten, and on how many all three?

The strongest paths have to lower a recommendation three times as far as random ones, and farther
than the shortest and than those of attention. A control that picks the very same paths cannot be
beaten by any explanation; so the shares are also told of the recommendations where it picks others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.evaluation.compare import Interval, bootstrap
from kgrec.evaluation.explanations.against import by_user
from kgrec.evaluation.explanations.case import STRONGEST

TIMES = {"random": 3, "shortest": 1, "attention": 1}
"""How many times what the control loses is to be lost; at 1: more than that."""
ALL = "all"


@dataclass(frozen=True)
class Claim:
    """Shares of the recommendations, with their intervals; users count alike, as everywhere here.

    :ivar places: where the strongest paths cost more places
    :ivar score: where they cost more of the score
    :ivar others: how many recommendations there are where the control picks other paths
    :ivar other_places: as ``places``, of these alone; ``None``: there are none
    :ivar other_score: as ``score``, of these alone
    """

    places: Interval
    score: Interval
    others: int
    other_places: Interval | None
    other_score: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values; an interval becomes ``mean, low, high``."""
        return {
            name: vars(value) if isinstance(value, Interval) else value
            for name, value in vars(self).items()
        }


def claims(table: pl.DataFrame, seed: int = 0) -> dict[str, Claim]:
    """Each control of :data:`TIMES`, and :data:`ALL` of them.

    :param table: rows of :func:`~kgrec.evaluation.explanations.case.measure`, at least one
    :param seed: of the resampling
    """
    told = table.with_columns(_beaten(table))
    apart = {name: pl.col(f"{name}_same_paths") == 0 for name in TIMES}
    apart[ALL] = pl.all_horizontal(*apart.values())
    return {name: _claim(told, name, others, seed) for name, others in apart.items()}


def _beaten(table: pl.DataFrame) -> Iterator[pl.Series]:
    """For each control and for all: whether it is beaten in places, and in the score."""
    for what in ("rank", "score"):
        columns = []
        for name, times in TIMES.items():
            ours, theirs = (pl.col(f"{order}_{what}_drop") for order in (STRONGEST, name))
            more = (ours > 0) & (ours >= times * theirs) if times > 1 else ours > theirs
            columns.append(table.select(more.alias(f"{name}_{what}")).to_series())
        yield from columns
        every = pl.DataFrame(columns).select(pl.all_horizontal(pl.all()))
        yield every.to_series().alias(f"{ALL}_{what}")


def _claim(told: pl.DataFrame, name: str, others: pl.Expr, seed: int) -> Claim:
    apart = told.filter(others)
    places, score = _shares(told, name, seed)
    other_places, other_score = _shares(apart, name, seed) if apart.height else (None, None)
    return Claim(places, score, apart.height, other_places, other_score)


def _shares(told: pl.DataFrame, name: str, seed: int) -> tuple[Interval, Interval]:
    """Users count alike, each with the share of the user's recommendations."""
    places, score = by_user(told, f"{name}_rank", f"{name}_score")
    return bootstrap(places, seed=seed), bootstrap(score, seed=seed)
