r"""Ranking metrics of every user, computed on columns.

For a user with the relevant items :math:`R` and the list :math:`i_1, i_2, \ldots`, all in [0, 1]:

- ``Recall@K``: hits among the first ``K``, divided by :math:`|R|`
- ``NDCG@K``: binary gains, discount :math:`1 / \log_2(\text{rank} + 1)`, divided by that of the
  best list possible, which has :math:`\min(K, |R|)` hits in front (Järvelin and Kekäläinen 2002,
  https://doi.org/10.1145/582415.582418)
- ``MRR@K``: 1 / rank of the first hit, 0 if none is among the first ``K`` (Voorhees 1999)
- ``Hit@K``: 1 if any hit is among the first ``K``
- ``MAP@K``: the mean over users of the average precision, which is the sum of the precision at the
  rank of every hit among the first ``K``, divided by :math:`\min(K, |R|)`

Average precision could be divided by :math:`|R|` instead, as trec_eval and ranx do; then a perfect
list scores below 1 whenever :math:`|R| > K`. Both are equal where :math:`|R| \le K`.

A user of the test who has no list scores 0: leaving somebody out must not pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from kgrec.errors import ConfigError, DataError


def ranking_metrics(
    lists: pl.DataFrame, test: pl.DataFrame, ks: Sequence[int] = (10, 20)
) -> pl.DataFrame:
    """Score ranked lists against held-out interactions.

    :param lists: columns ``user, item, rank``; rank 1 is best. Users not in ``test`` are
        ignored
    :param test: columns ``user, item``; repeated rows count once
    :param ks: cut-offs, each at least 1
    :return: one row for every user of ``test``, sorted by user: ``user`` and, for each K,
        ``Recall@K, NDCG@K, MRR@K, Hit@K, MAP@K``, all in [0, 1]
    :raises DataError: if a column is missing, a rank is below 1, or a list repeats an item or a
        rank
    :raises ConfigError: if a cut-off is below 1
    """
    if not ks or min(ks) < 1:
        raise ConfigError(f"The cut-offs k must be at least 1, not {list(ks)}.")
    _check(lists, test)
    relevant = test.select("user", "item").unique()
    hits = lists.select("user", "item", pl.col("rank").cast(pl.Int64)).join(
        relevant, on=["user", "item"], maintain_order="left"
    )
    # The precision at the rank of a hit is the number of hits so far, divided by the rank.
    hits = hits.sort("user", "rank").with_columns(found=pl.int_range(1, pl.len() + 1).over("user"))
    sums = hits.group_by("user", maintain_order=True).agg(*_sums(ks))
    users = relevant.group_by("user").agg(pl.len().alias("relevant")).sort("user")
    table = users.join(sums, on="user", how="left", maintain_order="left")
    return table.with_columns(_ideal(users["relevant"], ks)).select("user", *_metrics(ks))


def _check(lists: pl.DataFrame, test: pl.DataFrame) -> None:
    for name, table, columns in (
        ("lists", lists, ("user", "item", "rank")),
        ("test", test, ("user", "item")),
    ):
        for column in columns:
            if column not in table.columns:
                raise DataError("it is missing", fix="add it", file=name, column=column)
    if (lists["rank"] < 1).any():
        raise DataError("a rank is below 1", fix="count from 1", file="lists", column="rank")
    for column in ("item", "rank"):
        if lists.select("user", column).is_duplicated().any():
            raise DataError(
                "a user has the same value twice", fix="keep one row", file="lists", column=column
            )


def _sums(ks: Iterable[int]) -> list[pl.Expr]:
    """What the hits of one user come to."""
    rank = pl.col("rank")
    gain = np.log(2) / (rank + 1).log()
    sums = [rank.min().alias("first")]
    for k in ks:
        sums.append((rank <= k).sum().alias(f"hits@{k}"))
        sums.append(gain.filter(rank <= k).sum().alias(f"gain@{k}"))
        sums.append((pl.col("found") / rank).filter(rank <= k).sum().alias(f"precision@{k}"))
    return sums


def _ideal(relevant: pl.Series, ks: Iterable[int]) -> list[pl.Series]:
    """The gain of a perfect list, for each user and cut-off."""
    counts = relevant.to_numpy()
    columns = []
    for k in ks:
        gains = 1 / np.log2(np.arange(2, k + 2))
        best = np.cumsum(gains)[np.minimum(counts, k) - 1]
        columns.append(pl.Series(f"ideal@{k}", best, dtype=pl.Float64))
    return columns


def _metrics(ks: Iterable[int]) -> list[pl.Expr]:
    columns = []
    for k in ks:
        hits = pl.col(f"hits@{k}").fill_null(0)
        most = pl.min_horizontal("relevant", pl.lit(k))
        first = pl.when(pl.col("first") <= k).then(1 / pl.col("first")).otherwise(0.0)
        columns += [
            (hits / pl.col("relevant")).alias(f"Recall@{k}"),
            (pl.col(f"gain@{k}").fill_null(0.0) / pl.col(f"ideal@{k}")).alias(f"NDCG@{k}"),
            first.alias(f"MRR@{k}"),
            (hits > 0).cast(pl.Float64).alias(f"Hit@{k}"),
            (pl.col(f"precision@{k}").fill_null(0.0) / most).alias(f"MAP@{k}"),
        ]
    return columns


def mean_metrics(per_user: pl.DataFrame) -> dict[str, float]:
    """Average every metric over the users.

    :param per_user: what :func:`ranking_metrics` returns
    :return: metric name → mean; 0 where there are no users
    """
    means = per_user.drop("user").mean()
    return {name: float(means[name].fill_null(0.0)[0]) for name in means.columns}


def catalog_coverage(lists: pl.DataFrame, num_items: int, k: int = 20) -> float:
    r"""Share of the catalog that is among the first ``k`` of at least one user.

    .. math:: |\bigcup_u L_u| / I

    Ge et al. 2010 (https://doi.org/10.1145/1864708.1864761).

    :param lists: columns ``user, item, rank``
    :param num_items: number of items that may be recommended, at least 1
    :return: a number in [0, 1]
    """
    return lists.filter(pl.col("rank") <= k)["item"].n_unique() / max(num_items, 1)
