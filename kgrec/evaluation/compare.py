"""Is one system better than another? Users are a sample, and so are seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import t as student

from kgrec.errors import DataError

# No block of signs holds more than this (64 MB when they become numbers).
_MOST_SIGNS = 2**23


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
    values = _of_users(values)
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
    return bootstrap(_differences(first, second, metric), level=level, samples=samples, seed=seed)


def randomisation_test(
    differences: npt.ArrayLike, *, samples: int = 10_000, seed: int = 0
) -> float:
    r"""How often chance alone makes a mean difference at least as large, by flipping signs.

    If neither system is better, each difference might as well have the other sign. The p-value is
    two-sided, and counts the difference found as one of the samples, so that it is never 0
    (Phipson and Smyth 2010, https://doi.org/10.2202/1544-6115.1585):

    .. math:: p = \frac{1 + \#\{s : |\overline{s \cdot d}| \ge |\bar d|\}}{1 + S}

    Fisher 1935; for retrieval Smucker et al. 2007 (https://doi.org/10.1145/1321440.1321528).

    :param differences: one value a user, shape ``(users,)``, at least one
    :param samples: random choices of signs, :math:`S`, at least 1
    :param seed: same seed, same value
    :return: in [1 / (S + 1), 1]
    :raises DataError: if there is no value
    """
    values = _of_users(differences)
    generator = np.random.default_rng(seed)
    # Sums that are equal but for rounding are equal.
    least = abs(values.sum()) - 1e-12 * np.abs(values).sum()
    step = max(1, _MOST_SIGNS // values.size)
    reached = 0
    for start in range(0, samples, step):
        shape = (min(step, samples - start), values.size)
        flipped = generator.integers(0, 2, shape, dtype=np.int8)
        sums = values.sum() - 2 * (flipped @ values)
        reached += int((np.abs(sums) >= least).sum())
    return (1 + reached) / (1 + samples)


def paired_randomisation(
    first: pl.DataFrame,
    second: pl.DataFrame,
    metric: str,
    *,
    samples: int = 10_000,
    seed: int = 0,
) -> float:
    """The p-value of ``first`` and ``second`` being equal in one metric, over the same users.

    :param first: what :func:`~kgrec.evaluation.metrics.ranking_metrics` returned for one system
    :param second: the same for the other
    :param metric: a column of both, for instance ``"NDCG@20"``
    :param samples: as in :func:`randomisation_test`
    :raises DataError: if the two do not hold the same users
    """
    return randomisation_test(_differences(first, second, metric), samples=samples, seed=seed)


def seed_interval(values: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    r"""Mean over seeds with Student's t-interval.

    .. math:: \bar x \pm t_{(1 + \text{level}) / 2,\, n - 1}\, s / \sqrt n

    It tells what another seed would bring, on the same users. Student 1908.

    :param values: one number a seed, for instance the mean NDCG, shape ``(seeds,)``, at least two
    :param level: probability that the interval holds the mean, in (0, 1)
    :raises DataError: if there are fewer than two values
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.size < 2:
        raise DataError(
            f"{numbers.size} seeds show no spread", fix="run at least two seeds, better five"
        )
    spread = numbers.std(ddof=1) / np.sqrt(numbers.size)
    half = float(student.ppf((1 + level) / 2, numbers.size - 1) * spread)
    mean = float(numbers.mean())
    return Interval(mean, mean - half, mean + half)


def _of_users(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """One number a user, shape ``(users,)``."""
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.size == 0:
        raise DataError("there is no user to compare", fix="give at least one user of the test")
    return numbers


def _differences(first: pl.DataFrame, second: pl.DataFrame, metric: str) -> npt.NDArray[np.float64]:
    both = first.select("user", metric).join(
        second.select("user", pl.col(metric).alias("other")), on="user", maintain_order="left"
    )
    if not both.height == first.height == second.height:
        raise DataError(
            "the two systems were scored on different users",
            fix="evaluate both on one test table",
            column="user",
        )
    return np.asarray((both[metric] - both["other"]).to_numpy(), dtype=np.float64)
