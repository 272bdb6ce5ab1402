"""Who gets good recommendations, and what gets recommended: groups of users and of items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.evaluation.spread import Lists
from kgrec.sparse import equal_parts

Shares = npt.NDArray[np.float64]


def group_means(per_user: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Average every metric over each group of users.

    Ekstrand et al. 2018 (https://proceedings.mlr.press/v81/ekstrand18b.html).

    :param per_user: what :func:`~kgrec.evaluation.metrics.ranking_metrics` returns
    :param groups: columns ``user, group``; a user may be in several groups, or in none
    :return: ``group, users`` (how many) and each metric; sorted by group
    """
    joined = groups.select("user", "group").unique().join(per_user, on="user")
    metrics = pl.all().exclude("user").mean()
    return joined.group_by("group").agg(pl.len().alias("users"), metrics).sort("group")


def largest_gap(per_user: pl.DataFrame, groups: pl.DataFrame, metric: str) -> float:
    r"""How much better off the best group of users is than the worst.

    .. math:: \max_g \bar m_g - \min_g \bar m_g

    In [0, 1] for metrics in [0, 1]; 0 with fewer than two groups.

    :param per_user: what :func:`~kgrec.evaluation.metrics.ranking_metrics` returns
    :param groups: columns ``user, group``
    :param metric: a column of ``per_user``
    """
    means = group_means(per_user, groups)[metric].to_numpy()
    return float(means.max() - means.min()) if means.size else 0.0


def exposure(items: Lists, num_items: int) -> Shares:
    r"""How much attention each item gets: :math:`\sum 1 / \log_2(\text{rank} + 1)` over all lists.

    The discount of NDCG as a model of attention, as in Singh and Joachims 2018
    (https://arxiv.org/abs/1802.07281).

    :param items: lists of indices, shape ``(users, k)``; -1 is no item
    :return: shape ``(num_items,)``
    """
    attention = np.broadcast_to(1.0 / np.log2(np.arange(2, items.shape[1] + 2)), items.shape)
    shown = items >= 0
    sums = np.bincount(items[shown], weights=attention[shown], minlength=num_items)
    return sums.astype(np.float64)


def group_shares(weights: npt.ArrayLike, values: csr_matrix) -> Shares:
    r"""Share of each group of items in something that items have, such as exposure or users.

    .. math:: s_g = \frac{\sum_i w_i\, p(g|i)}{\sum_i w_i}

    An item with several values counts for each of them in equal parts.

    :param weights: not negative, shape ``(I,)``
    :param values: which values each item has, binary, shape ``(I, G)``
    :return: they sum to 1, the last one being that of items without any value; all 0 if all
        weights are; shape ``(G + 1,)``
    """
    weights = np.asarray(weights, dtype=np.float64)
    parts = equal_parts(values)
    without = weights[np.diff(parts.indptr) == 0].sum()
    shares = np.append(weights @ parts, without)
    return np.asarray(shares / weights.sum()) if weights.any() else shares


def exposure_gap(given: Shares, fair: Shares) -> float:
    r"""Total variation between two distributions over groups: :math:`\frac12 \sum_g |s_g - t_g|`.

    The part of the exposure that would have to go to other groups; in [0, 1].

    :param given: what :func:`group_shares` says of the exposure
    :param fair: the same of what it should be like: of the histories, or of the catalog
    """
    return float(np.abs(given - fair).sum() / 2)
