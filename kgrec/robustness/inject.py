"""A dataset with invented users in its train; its valid and its test stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from kgrec.data import Dataset

PREFIX = "attacker"


def inject(
    data: Dataset, histories: Sequence[Sequence[str]], random: np.random.Generator
) -> Dataset:
    """Add users with given histories to train.

    Times are drawn from those of train, weights are its median, ratings its highest: an attacker
    does as others do, and praises.

    :param histories: item ids of each new user
    :return: another dataset; the new users are called ``attacker-1`` and so on, with a longer
        prefix if somebody has such a name
    """
    prefix = PREFIX
    while data.users["user"].str.starts_with(f"{prefix}-").any():
        prefix += "-"
    names = [f"{prefix}-{number + 1}" for number in range(len(histories))]
    lengths = [len(history) for history in histories]
    rows = pl.DataFrame(
        {
            "user": pl.Series(np.repeat(np.array(names, dtype=object), lengths), dtype=pl.String),
            "item": pl.Series([item for each in histories for item in each], dtype=pl.String),
        }
    )
    added: dict[str, pl.Series] = {"weight": _same(data.train["weight"].median(), rows.height)}
    if "timestamp" in data.train.columns:
        times = data.train["timestamp"].drop_nulls()
        if len(times):
            drawn = random.integers(len(times), size=rows.height)
            added["timestamp"] = times.gather(drawn)
    if "rating" in data.train.columns:
        added["rating"] = _same(data.train["rating"].max(), rows.height)
    rows = rows.with_columns(series.alias(name) for name, series in added.items())
    users = pl.DataFrame({"user": pl.Series(names, dtype=pl.String)})
    return replace(
        data,
        train=pl.concat([data.train, _as(data.train, rows)], how="diagonal"),
        users=pl.concat([data.users, users], how="diagonal"),
    )


def _same(value: object, count: int) -> pl.Series:
    return pl.Series([value] * count, dtype=pl.Float64)


def _as(table: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the types that the table has."""
    return rows.with_columns(pl.col(name).cast(table.schema[name]) for name in rows.columns)
