"""The explanation's own order of paths against a control, recommendation by recommendation.

Recommendations of one user are not independent, so intervals resample users: each user counts with
the mean over the user's recommendations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from kgrec.evaluation.compare import Interval, bootstrap, randomisation_test
from kgrec.evaluation.explanations.case import STRONGEST

_SAMPLES = 2000
# No block of resamplings holds more indices than this (8 MB).
_MOST_DRAWN = 2**20


@dataclass(frozen=True)
class Against:
    """What deleting the strongest paths does, and what deleting those of a control does.

    :ivar rank_drop: mean places lost by deleting the control's paths
    :ivar difference: places lost by the strongest paths beyond those, with its interval
    :ivar p_value: of no difference, by a paired randomisation test over users
    :ivar ratio: mean places lost by the strongest over that of the control, with its interval;
        ``None`` where the control loses nothing
    :ivar score_ratio: the same of the score, which knows no ties
    :ivar same_paths: share of recommendations where the control chose the very same paths
    :ivar larger: share of recommendations where the strongest lose more places, in [0, 1]
    :ivar tied: where both lose the same
    :ivar tied_at_none: where both lose none: the item stays where it is
    :ivar larger_score: share of recommendations where the strongest lose more of the score
    :ivar three_times: share where the strongest lose at least one place, and three times as many
        as the control
    :ivar three_times_score: share where they lose three times as much of the score
    """

    rank_drop: Interval
    difference: Interval
    p_value: float
    ratio: Interval | None
    score_ratio: Interval | None
    same_paths: float
    larger: float
    tied: float
    tied_at_none: float
    larger_score: float
    three_times: float
    three_times_score: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values; an interval becomes ``mean, low, high``."""
        return {
            name: vars(value) if isinstance(value, Interval) else value
            for name, value in vars(self).items()
        }


def against(table: pl.DataFrame, control: str, seed: int = 0) -> Against:
    """Compare on all recommendations with a path.

    :param table: rows of :func:`~kgrec.evaluation.explanations.case.measure`, at least one
    :param control: its name
    :param seed: of the resampling
    """
    ours, theirs = (pl.col(f"{name}_rank_drop") for name in (STRONGEST, control))
    score, other_score = (pl.col(f"{name}_score_drop") for name in (STRONGEST, control))
    shares = table.select(
        same_paths=pl.col(f"{control}_same_paths").mean(),
        larger=(ours > theirs).mean(),
        tied=(ours == theirs).mean(),
        tied_at_none=((ours == theirs) & (ours == 0)).mean(),
        larger_score=(score > other_score).mean(),
        three_times=((ours > 0) & (ours >= 3 * theirs)).mean(),
        three_times_score=((score > 0) & (score >= 3 * other_score)).mean(),
    ).row(0, named=True)
    rank, other_rank = by_user(table, f"{STRONGEST}_rank_drop", f"{control}_rank_drop")
    scores = by_user(table, f"{STRONGEST}_score_drop", f"{control}_score_drop")
    return Against(
        rank_drop=bootstrap(other_rank, seed=seed),
        difference=bootstrap(rank - other_rank, seed=seed),
        p_value=randomisation_test(rank - other_rank, seed=seed),
        ratio=ratio(rank, other_rank, seed=seed),
        score_ratio=ratio(*scores, seed=seed),
        **shares,
    )


def by_user(table: pl.DataFrame, *columns: str) -> list[npt.NDArray[np.float64]]:
    """Each user's mean of some columns, users in one order, each of shape ``(users,)``."""
    means = table.group_by("user", maintain_order=True).agg(pl.col(columns).mean())
    return [means[column].cast(pl.Float64).to_numpy() for column in columns]


def ratio(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], *, seed: int = 0
) -> Interval | None:
    """The ratio of two means with a percentile bootstrap over pairs.

    :param first: one value a user, shape ``(users,)``
    :param second: the same users
    :return: ``None`` where the mean of ``second`` is not above 0. An end is infinite where a
        resampling finds nothing in ``second``
    """
    if second.mean() <= 0:
        return None
    value = float(first.mean() / second.mean())
    generator = np.random.default_rng(seed)
    # In blocks: samples x users indices would not be bounded.
    step = max(1, _MOST_DRAWN // len(first))
    sums = []
    for start in range(0, _SAMPLES, step):
        drawn = generator.integers(0, len(first), (min(step, _SAMPLES - start), len(first)))
        sums.append([first[drawn].sum(axis=1), second[drawn].sum(axis=1)])
    tops, bottoms = np.concatenate(sums, axis=1)
    ratios = np.divide(tops, bottoms, out=np.full_like(tops, np.inf), where=bottoms > 0)
    # Between two infinite ratios there is nothing to interpolate.
    low, high = np.quantile(ratios, [0.025, 0.975], method="nearest")
    return Interval(value, float(low), float(high))
