"""Is one system better than another? A paired bootstrap over users."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from kgrec.errors import DataError


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval.

    :ivar mean: the mean over all users
    :ivar low: lower end
    :ivar high: upper end
    """

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside: the difference is significant at the interval's level."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.mean:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


def bootstrap(
    values: np.ndarray, *, level: float = 0.95, samples: int = 2000, seed: int = 0
) -> Interval:
    """Percentile bootstrap of a mean (Efron 1979).

    :param values: one value a user, shape ``(users,)``, at least one
    :param level: probability that the interval holds, in (0, 1)
    :param samples: resamplings of the users
    :param seed: same seed, same interval
    :raises DataError: if there is no value
    """
    values = np.asarray(values, dtype=np.float64)
    if values.size == 0:
        raise DataError("there is no user to compare", fix="give at least one user of the test")
    generator = np.random.default_rng(seed)
    # One resampling at a time: samples x users indices would not be bounded.
    means = [values[generator.integers(0, values.size, values.size)].mean() for _ in range(samples)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values.mean()), float(low), float(high))


def paired_bootstrap(
    first: pl.DataFrame,
    second: pl.DataFrame,
    metric: str,
    *,
    level: float = 0.95,
    samples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Interval of ``first - second`` in one metric, over the same users.

    :param first: what :func:`~kgrec.evaluation.metrics.ranking_metrics` returned for one system
    :param second: the same for the other
    :param metric: a column of both, for instance ``"NDCG@20"``
    :raises DataError: if the two do not hold the same users
    """
    both = first.select("user", metric).join(
        second.select("user", pl.col(metric).alias("other")), on="user", maintain_order="left"
    )
    if not both.height == first.height == second.height:
        raise DataError(
            "the two systems were scored on different users",
            fix="evaluate both on one test table",
            column="user",
        )
    difference = (both[metric] - both["other"]).to_numpy()
    return bootstrap(difference, level=level, samples=samples, seed=seed)
