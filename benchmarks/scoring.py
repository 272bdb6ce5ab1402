"""The one scorer: whoever made a list, kgrec, a baseline or a peer, it is measured here."""

from __future__ import annotations

import polars as pl

import kgrec
from kgrec.evaluation import mean_metrics, ranking_metrics

CUTS = (10, 20)


def score(lists: pl.DataFrame, data: kgrec.Dataset, part: str = "test") -> dict[str, float]:
    """Mean metrics over all users of test (or valid); a user without a list scores 0.

    :param lists: columns ``user, item, rank``; rank 1 is best
    :param data: the set
    :param part: ``test``, or ``valid`` for lists of models that have seen train alone
    :raises ValueError: if a list holds what its user has already, or an item that is no candidate
    """
    known = data.train if part == "valid" else pl.concat([_pairs(data.train), _pairs(data.valid)])
    seen = lists.join(_pairs(known), on=["user", "item"], how="semi")
    if seen.height:
        raise ValueError(f"{seen.height} recommendations are already in the user's history")
    if part == "test" and data.candidates is not None:
        outside = lists.filter(~pl.col("item").is_in(list(data.candidates)))
        if outside.height:
            raise ValueError(f"{outside.height} recommendations are no candidates")
    return mean_metrics(ranking_metrics(lists, getattr(data, part), CUTS))


def _pairs(events: pl.DataFrame) -> pl.DataFrame:
    return events.select("user", "item")
