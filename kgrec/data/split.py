"""Splitting the behaviour of every user into train, valid and test."""

from __future__ import annotations

import numpy as np
import polars as pl

MIN_EVENTS = 5
"""A user with fewer events stays in train as a whole."""

_ORDER = "__order__"


def split_events(events: pl.DataFrame, *, seed: int = 0) -> dict[str, pl.DataFrame]:
    """Split within each user: the last tenth is test, the tenth before it valid, the rest train.

    *Last* is by time where there are timestamps (a missing one counts as earliest; ties go by item
    id), else by a seeded shuffle, which does not depend on the order of the rows. A user with at
    least five events has one or more in each part.

    :param events: columns ``user, item`` and maybe ``timestamp``; pairs are unique
    :param seed: used only without timestamps
    :return: ``train``, ``valid`` and ``test``, each in the order of ``events``
    """
    place, size = _places(events, seed)
    return {
        "train": events.filter(place >= 2 * size),
        "valid": events.filter((place >= size) & (place < 2 * size)),
        "test": events.filter(place < size),
    }


def split_valid(train: pl.DataFrame, *, seed: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Carve valid out of train by the same rule: the last tenth of each user with five or more.

    :return: what is left of train, and valid
    """
    place, size = _places(train, seed)
    return train.filter(place >= size), train.filter(place < size)


def has_time(events: pl.DataFrame) -> bool:
    """Whether any event has a timestamp."""
    return "timestamp" in events.columns and bool(events["timestamp"].is_not_null().any())


def _places(events: pl.DataFrame, seed: int) -> tuple[pl.Series, pl.Series]:
    """For each event: its place from the end within its user (0: last), and the size of a part."""
    numbered = events.select("user", "item", _order(events, seed))
    # Sorting by item id last breaks ties in the same way whatever the order of the rows.
    ranked = numbered.with_row_index("row").sort(["user", _ORDER, "item"])
    placed = ranked.with_columns(
        place=pl.int_range(pl.len() - 1, -1, -1).over("user"),
        size=pl.when(pl.len() >= MIN_EVENTS)
        .then(pl.max_horizontal(pl.len() // 10, 1))
        .otherwise(0)
        .over("user"),
    ).sort("row")
    return placed["place"].cast(pl.Int64), placed["size"].cast(pl.Int64)


def _order(events: pl.DataFrame, seed: int) -> pl.Series:
    if has_time(events):
        return events["timestamp"].fill_null(np.iinfo(np.int64).min).alias(_ORDER)
    rank = events.select(pl.struct("user", "item").rank("ordinal") - 1).to_series().to_numpy()
    shuffled = np.random.default_rng(seed).permutation(events.height)
    return pl.Series(_ORDER, shuffled[rank])
