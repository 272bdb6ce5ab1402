"""How sure a mean is, over users and over seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from kgrec.evaluation import Interval, bootstrap
from kgrec.evaluation.compare import seed_interval

Values = npt.NDArray[np.float64]


def interval(values: Values, *, level: float = 0.95) -> Interval:
    r"""Mean and confidence interval over users and seeds, both of which are samples.

    The variance of the mean is that of the users' means plus that of the seeds' means,

    .. math:: s^2 = \frac{s_U^2}{U} + \frac{s_S^2}{S},

    and the quantile that of Student's t with the degrees of freedom of Welch and Satterthwaite
    (Satterthwaite 1946, https://doi.org/10.2307/3002019). So a few seeds that differ much make a
    wide interval, and with one seed it is about the users alone.

    :param values: a metric, or a difference of two, shape ``(seeds, users)``, not empty
    :param level: probability that the interval holds the mean, in (0, 1)
    """
    mean = float(values.mean())
    if values.shape[1] == 1:  # nobody knows how different others are, but metrics end at 1
        return Interval(mean, mean - 1, mean + 1)
    of_users, of_seeds = (_of_mean(values.mean(axis=axis)) for axis in (0, 1))
    half = _half(level, of_users)
    if of_seeds[0]:
        # Two sources have more degrees of freedom than one: that alone must not make it narrower.
        half = max(half, _half(level, of_users, of_seeds))
    return Interval(mean, mean - half, mean + half)


def over_seeds(values: Values, *, level: float = 0.95) -> Interval | None:
    """Mean and t-interval over seeds alone; ``None`` for one seed.

    :param values: shape ``(seeds, users)``
    """
    means = values.mean(axis=1)
    return seed_interval(means, level=level) if len(means) > 1 else None


def over_users(values: Values, *, level: float = 0.95) -> Interval:
    """Mean and t-interval over users alone, of values averaged over seeds.

    :param values: shape ``(seeds, users)``
    """
    return interval(values.mean(axis=0, keepdims=True), level=level)


Part = tuple[float, int]
"""The variance of a mean, and of how many values it is the mean."""


def _of_mean(values: Values) -> Part:
    size = len(values)
    return (float(values.var(ddof=1)) / size if size > 1 else 0.0), size


def _half(level: float, *parts: Part) -> float:
    variance = sum(part for part, _ in parts)
    if not variance:
        return 0.0
    freedom = variance**2 / sum(part**2 / max(size - 1, 1) for part, size in parts)
    return float(student.ppf((1 + level) / 2, freedom)) * float(variance**0.5)


@dataclass(frozen=True, eq=False)
class Difference:
    """The whole against one arm, for the same users.

    :ivar other: the name of the arm
    :ivar whole_mean: mean of the whole
    :ivar other_mean: mean of the arm
    :ivar values: the difference, shape ``(seeds, users)``
    :ivar interval: its mean and interval, over users and seeds; what sentences go by
    """

    other: str
    whole_mean: float
    other_mean: float
    values: Values
    interval: Interval

    @staticmethod
    def of(other: str, whole: Values, values: Values, *, level: float = 0.95) -> Difference:
        """Compare two systems.

        Seeds are paired in order; what was run once (a baseline) stands against all seeds.

        :param whole: shape ``(seeds, users)``
        :param values: the same users; as many seeds, or one
        :param level: of the interval
        """
        difference = whole - values
        means = float(whole.mean()), float(values.mean())
        return Difference(other, *means, difference, interval(difference, level=level))

    @property
    def verdict(self) -> int:
        """1 if the whole is better, -1 if it is worse, 0 if nobody can tell."""
        if not self.interval.excludes_zero:
            return 0
        return 1 if self.interval.mean > 0 else -1

    @property
    def hidden_by_seeds(self) -> bool:
        """Whether users agree on a difference, and seeds do not: more seeds would tell."""
        return not self.verdict and over_users(self.values).excludes_zero

    def to_dict(self, *, more: bool = True) -> dict[str, Any]:
        """Plain values, ready for JSON.

        :param more: also ``users``, a paired bootstrap over users of differences averaged over
            seeds, and ``seeds``, a t-interval over seeds (``None`` for one seed)
        """
        relative = self.interval.mean / self.other_mean if self.other_mean else None
        found = {**as_dict(self.interval), "relative": relative, "verdict": self.verdict}
        if not more:
            return found
        seeds = over_seeds(self.values)
        return {
            **found,
            "users": as_dict(bootstrap(self.values.mean(axis=0))),
            "seeds": as_dict(seeds) if seeds else None,
        }


def as_dict(interval: Interval) -> dict[str, float]:
    """``mean, low, high``."""
    return {"mean": interval.mean, "low": interval.low, "high": interval.high}
