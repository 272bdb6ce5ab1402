"""How visible an item is: in how many lists, how high, and where it stands otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Exposure:
    """What users who do not have an item see of it, as means over these users.

    :ivar hits: the share of them with the item among their ``k`` best, in [0, 1]
    :ivar attention: the mean of ``1 / log2(1 + rank)`` where it is among them, else 0, in [0, 1]
    :ivar rank: its mean rank; where it is not ranked, one more than the list is long
    """

    hits: float
    attention: float
    rank: float

    @staticmethod
    def mean(parts: Iterable[Exposure]) -> Exposure:
        """The mean of some items, at least one."""
        table = np.array([(each.hits, each.attention, each.rank) for each in parts])
        return Exposure(*table.mean(axis=0).tolist())


def exposures(
    lists: pl.DataFrame, owners: pl.DataFrame, items: Iterable[str], k: int
) -> dict[str, Exposure]:
    """Measure some items.

    :param lists: ``user, item, rank`` of all that is ranked for each user, not only the ``k`` best
    :param owners: ``user, item`` of what users have: they are not asked about these items
    :param items: item ids
    :param k: how many of a list are seen
    :return: of each item that some user with a list does not have
    """
    wanted = sorted(set(items))
    lengths = lists.group_by("user").agg(length=pl.len())
    pairs = lengths.join(pl.DataFrame({"item": pl.Series(wanted, dtype=pl.String)}), how="cross")
    pairs = pairs.join(owners.select("user", "item"), on=["user", "item"], how="anti")
    found = pairs.join(lists.select("user", "item", "rank"), on=["user", "item"], how="left")
    rank, seen = pl.col("rank"), (pl.col("rank") <= k).fill_null(False)
    table = found.group_by("item").agg(
        hits=seen.mean(),
        attention=pl.when(seen).then(1 / (1 + rank).log(2)).otherwise(0.0).mean(),
        rank=pl.coalesce(rank, pl.col("length") + 1).mean(),
    )
    return {
        item: Exposure(hits, attention, mean)
        for item, hits, attention, mean in table.select(
            "item", "hits", "attention", "rank"
        ).iter_rows()
    }
