"""Where a system is good: users by history or attribute, items by their popularity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from kgrec.evaluation.attributes import MOST_GROUPS, Attribute
from kgrec.evaluation.interactions import Interactions
from kgrec.evaluation.metrics import mean_metrics, ranking_metrics

# The head is the most popular fifth of the items (Pareto), the tail the rest that somebody took.
_HEAD = 0.2


def slices_of(
    test: pl.DataFrame, interactions: Interactions, attributes: Sequence[Attribute] = ()
) -> dict[str, pl.DataFrame]:
    """Cut a test into parts.

    Parts by user: ``users: no history``, then terciles of the others' history length,
    ``users: short history`` and so on; then, for an attribute of users, ``users: gender F`` and so
    on for its largest groups, and ``users: gender unknown``. Parts by item: ``items: head``, the
    fifth of the catalog that most users have, ``items: tail``, the others that anybody has, and
    ``items: cold``, those that nobody has. An empty one is left out.

    :param test: columns ``user, item``
    :param interactions: the histories
    :param attributes: those of items are left out
    :return: name → rows of ``test``
    """
    tested = test["user"].unique().sort()
    users = _user_slices(tested, interactions)
    for attribute in attributes:
        users |= _attribute_slices(tested, attribute) if attribute.kind == "user" else {}
    items = _item_slices(interactions)
    parts = {
        **{f"users: {name}": ("user", ids) for name, ids in users.items()},
        **{f"items: {name}": ("item", ids) for name, ids in items.items()},
    }
    rows = {
        name: test.filter(pl.col(column).is_in(ids.implode()))
        for name, (column, ids) in parts.items()
    }
    return {name: part for name, part in rows.items() if part.height}


def slice_metrics(
    lists: pl.DataFrame,
    test: pl.DataFrame,
    interactions: Interactions,
    ks: Sequence[int],
    attributes: Sequence[Attribute] = (),
) -> dict[str, dict[str, float]]:
    """Average the metrics over the parts of :func:`slices_of`.

    Slices of items keep the lists and their ranks, and count only relevant items of the slice.

    :param lists: columns ``user, item, rank``
    :param test: columns ``user, item``
    :param interactions: the histories
    :param ks: cut-offs
    :param attributes: also by these, as far as they are of users
    :return: slice → ``users`` (how many) and metric → mean; for items only Recall and NDCG
    """
    slices = {}
    for name, relevant in slices_of(test, interactions, attributes).items():
        part = ranking_metrics(lists, relevant, ks)
        wanted = ("Recall", "NDCG") if name.startswith("items") else ("",)
        means = {
            metric: value
            for metric, value in mean_metrics(part).items()
            if metric.startswith(wanted)
        }
        slices[name] = {"users": float(part.height), **means}
    return slices


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


def _attribute_slices(users: pl.Series, attribute: Attribute) -> dict[str, pl.Series]:
    table = attribute.largest(MOST_GROUPS).table()
    groups = {
        f"{attribute.name} {group}": part["user"]
        for (group,), part in sorted(table.partition_by("group", as_dict=True).items())
    }
    known = table["user"].implode()
    return {**groups, f"{attribute.name} unknown": users.filter(~users.is_in(known))}


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
