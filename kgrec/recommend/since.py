"""The history of a user together with what came since, as an update of the graph would make it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.explain.history import STRANGER, History
from kgrec.features import LONG_AGO, Features
from kgrec.gnn.linear.recency import weigh
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key
from kgrec.graph.versions.times import last_times, later
from kgrec.vocabulary import INTERACTED


def history_since(
    graph: KnowledgeGraph,
    features: Features,
    power: float,
    user: str,
    since: Mapping[str, int | None],
) -> History:
    """What a user has in the graph, and what came since.

    :param features: the graph in numbers
    :param power: of recency
    :param user: may be new, if something came since
    :param since: item id → seconds since 1970; ``None``: no time, which is before all others
    :raises UnknownIdError: if an item is not in the graph, or a user of whom nothing came is not
    """
    row = features.user_row(user)
    if row is None and not since:
        features.user_indices([user])  # says that there is none
    times = {} if row is None else _times(graph, user)
    timed = features.history_ages is not None or any(each is not None for each in since.values())
    for item, time in since.items():
        times[item] = later(times.get(item), time)
    places = np.array([features.item_index(item) for item in times], dtype=np.int64)
    order = np.argsort(places)
    items = places[order]
    seconds = np.array([LONG_AGO if each is None else each for each in times.values()])[order]
    counts = _counts(seconds, power) if timed and len(items) else np.ones(len(items), np.float32)
    return History(user, items, counts, STRANGER if row is None else row)


def _times(graph: KnowledgeGraph, user: str) -> dict[str, int | None]:
    """The last time that a user took each item."""
    taken = graph.edges.filter(
        (pl.col("head") == key("user", user)) & (pl.col("relation") == INTERACTED)
    )
    items = pl.col("tail").str.strip_prefix("item:")
    return dict(last_times(taken).select(items, "timestamp").iter_rows())


def _counts(seconds: np.ndarray, power: float) -> np.ndarray:
    """How much each item counts by how many came after it; see :mod:`kgrec.gnn.linear.recency`."""
    size = len(seconds)
    later = size - np.searchsorted(np.sort(seconds), seconds, side="right")
    columns, starts = np.arange(size), [0, size]
    ages = csr_matrix(((later + 1).astype(np.float32), columns, starts), shape=(1, size))
    ones = csr_matrix((np.ones(size, dtype=np.float32), columns, starts), shape=(1, size))
    return np.asarray(weigh(ones, ages, power).data, dtype=np.float32)
