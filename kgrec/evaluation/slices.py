"""Where a system is good: users by the length of their history, items by their popularity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from kgrec.evaluation.interactions import Interactions
from kgrec.evaluation.metrics import mean_metrics, ranking_metrics

# The head is the most popular fifth of the items (Pareto), the tail the rest that somebody took.
_HEAD = 0.2


def slice_metrics(
    lists: pl.DataFrame, test: pl.DataFrame, interactions: Interactions, ks: Sequence[int]
) -> dict[str, dict[str, float]]:
    """Average the metrics over parts of the test.

    Slices of users: ``users: no history``, then terciles of the others' history length,
    ``users: short history`` and so on. Slices of items keep the lists and their ranks, and count
    only relevant items of the slice: ``items: head``, ``items: tail``, ``items: cold`` (never
    taken). An empty slice is left out.

    :param lists: columns ``user, item, rank``
    :param test: columns ``user, item``
    :param interactions: the histories
    :param ks: cut-offs
    :return: slice → ``users`` (how many) and metric → mean; for items only Recall and NDCG
    """
    slices = {}
    per_user = ranking_metrics(lists, test, ks)
    for name, users in _user_slices(per_user["user"], interactions).items():
        part = per_user.filter(pl.col("user").is_in(users.implode()))
        slices[f"users: {name}"] = {"users": float(part.height), **mean_metrics(part)}
    for name, items in _item_slices(interactions).items():
        relevant = test.filter(pl.col("item").is_in(items.implode()))
        part = ranking_metrics(lists, relevant, ks)
        means = {
            metric: value
            for metric, value in mean_metrics(part).items()
            if metric.startswith(("Recall", "NDCG"))
        }
        slices[f"items: {name}"] = {"users": float(part.height), **means}
    return {name: values for name, values in slices.items() if values["users"]}


def _user_slices(users: pl.Series, interactions: Interactions) -> dict[str, pl.Series]:
    lengths = np.diff(interactions.rows(users.to_list()).indptr)
    known = lengths[lengths > 0]
    low, high = np.quantile(known, [1 / 3, 2 / 3]) if known.size else (0.0, 0.0)
    return {
        "no history": users.filter(lengths == 0),
        "short history": users.filter((lengths > 0) & (lengths <= low)),
        "medium history": users.filter((lengths > low) & (lengths <= high)),
        "long history": users.filter(lengths > max(high, 0)),
    }


def _item_slices(interactions: Interactions) -> dict[str, pl.Series]:
    counts = np.asarray(interactions.history.sum(axis=0)).ravel()
    items = pl.Series(interactions.items, dtype=pl.String)
    order = np.argsort(-counts, kind="stable")
    head = np.zeros(len(counts), dtype=bool)
    head[order[: int(np.ceil(_HEAD * len(counts)))]] = True
    return {
        "head": items.filter(head & (counts > 0)),
        "tail": items.filter(~head & (counts > 0)),
        "cold": items.filter(counts == 0),
    }
