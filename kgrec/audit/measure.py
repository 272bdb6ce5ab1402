"""From lists to numbers: one metric for every seed, user, system and slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from kgrec.audit.intervals import Difference, Values, as_dict, interval
from kgrec.evaluation import Interval, ranking_metrics

METRIC = "NDCG@20"
"""What sentences are about."""
METRICS = (METRIC, "Recall@20")
K = 20


@dataclass(frozen=True, eq=False)
class System:
    """An arm or a baseline on one slice of a test.

    :ivar name: of the arm or the baseline
    :ivar values: for each of :data:`METRICS` an array of shape ``(seeds, users)``
    :ivar is_baseline: whether it was not trained by kgrec
    """

    name: str
    values: Mapping[str, Values]
    is_baseline: bool = False

    @staticmethod
    def of(
        name: str, lists: Sequence[pl.DataFrame], test: pl.DataFrame, *, is_baseline: bool = False
    ) -> System:
        """Score the lists of every seed.

        :param lists: one table ``user, item, rank`` a seed
        :param test: ``user, item``
        """
        tables = [ranking_metrics(each, test, (K,)) for each in lists]
        values = {name: np.stack([table[name].to_numpy() for table in tables]) for name in METRICS}
        return System(name, values, is_baseline)

    def interval(self, metric: str = METRIC) -> Interval:
        """Mean and 95 % interval over users and seeds; a metric is never below 0 or above 1."""
        found = interval(self.values[metric])
        return Interval(found.mean, max(found.low, 0.0), min(found.high, 1.0))

    def to_dict(self) -> dict[str, Any]:
        """``{"NDCG@20": {"mean", "low", "high"}, …, "seeds": [NDCG@20 of each]}``."""
        return {
            **{name: as_dict(self.interval(name)) for name in self.values},
            "seeds": self.values[METRIC].mean(axis=1).tolist(),
            "users": self.values[METRIC].shape[1],
        }


@dataclass(frozen=True, eq=False)
class Slice:
    """All systems on one part of a test.

    :ivar name: for instance ``cold`` or ``users: short history``
    :ivar systems: the whole first
    :ivar differences: the whole against every other system, by name, in :data:`METRIC`
    """

    name: str
    systems: tuple[System, ...]
    differences: Mapping[str, Difference] = field(default_factory=dict)

    @staticmethod
    def of(name: str, systems: Sequence[System], *, level: float = 0.95) -> Slice:
        """Compare the first system with all others.

        :param level: of the intervals of differences
        """
        whole, *others = ((each, each.values[METRIC]) for each in systems)
        differences = {
            other.name: Difference.of(other.name, whole[1], values, level=level)
            for other, values in others
        }
        return Slice(name, tuple(systems), differences)

    @property
    def users(self) -> int:
        """How many users it has."""
        return int(self.systems[0].values[METRIC].shape[1])

    def to_dict(self) -> dict[str, Any]:
        """System → its numbers."""
        return {system.name: system.to_dict() for system in self.systems}
