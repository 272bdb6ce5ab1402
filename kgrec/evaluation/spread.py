"""How recommendations spread over the catalog: novelty and popularity bias.

Lists are indices here, shape ``(users, k)``, best first, -1 where a list is shorter. A user without
a list does not count; without any list everything is 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Lists = npt.NDArray[np.int64]
Counts = npt.NDArray[np.floating]


def novelty(items: Lists, counts: Counts, num_users: int) -> float:
    r"""Mean self-information of the recommended items, in bits.

    .. math:: \frac{1}{|U|} \sum_u \frac{1}{|L_u|} \sum_{i \in L_u}
        -\log_2 \frac{n_i + 1}{N + 1}

    One is added so that an item nobody took is very new, not infinitely so. From 0 (everyone has
    all of it) to :math:`\log_2(N + 1)` (nobody has any).
    Zhou et al. 2010 (https://doi.org/10.1073/pnas.1000488107).

    :param items: lists, shape ``(users, k)``
    :param counts: how many users have each item, :math:`n_i`, shape ``(I,)``
    :param num_users: :math:`N`
    """
    return _mean_over_lists(items, -np.log2((counts + 1.0) / (num_users + 1.0)))


def average_popularity(items: Lists, counts: Counts) -> float:
    r"""ARP, average recommendation popularity: how many users have a recommended item, on average.

    .. math:: \frac{1}{|U|} \sum_u \frac{1}{|L_u|} \sum_{i \in L_u} n_i

    From 0 to the number of users. Yin et al. 2012 (https://doi.org/10.14778/2311906.2311916),
    Abdollahpouri et al. 2019 (https://arxiv.org/abs/1901.07555).

    :param items: lists, shape ``(users, k)``
    :param counts: how many users have each item, :math:`n_i`, shape ``(I,)``
    """
    return _mean_over_lists(items, counts)


def recommendation_counts(items: Lists, num_items: int) -> npt.NDArray[np.int64]:
    """In how many lists each item is, shape ``(num_items,)``."""
    return np.bincount(items[items >= 0], minlength=num_items)


def gini(counts: npt.ArrayLike) -> float:
    r"""Gini index: how unequally something is shared.

    .. math:: \frac{\sum_{j=1}^n (2j - n - 1)\, x_{(j)}}{n \sum_j x_j}, \qquad
        x_{(1)} \le \dots \le x_{(n)}

    0 if all have the same, :math:`1 - 1/n` if one has all; 0 if there is nothing to share. Used for
    recommendations by Fleder and Hosanagar 2009 (https://doi.org/10.1287/mnsc.1080.0974).

    :param counts: not negative, shape ``(n,)``; for instance in how many lists each item is that
        may be recommended
    """
    ordered = np.sort(np.asarray(counts, dtype=np.float64))
    size, total = len(ordered), ordered.sum()
    if not total:
        return 0.0
    return float((2 * np.arange(1, size + 1) - size - 1) @ ordered / (size * total))


def _mean_over_lists(items: Lists, values: Counts) -> float:
    """Average a value of items over each list, then over all that are not empty."""
    shown = items >= 0
    lengths = shown.sum(axis=1)
    sums = np.where(shown, np.asarray(values, dtype=np.float64)[items], 0.0).sum(axis=1)
    listed = lengths > 0
    return float((sums[listed] / lengths[listed]).mean()) if listed.any() else 0.0
