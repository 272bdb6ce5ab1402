from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from kgrec.data import Dataset, DatasetInfo, clean
from kgrec.testing import tiny_dataset

Plant = Callable[..., Dataset]


def _prefixed(table: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Give users and items ids that nothing else has: ``u7``, ``i7``."""
    letters = {"user": f"u{prefix}", "item": f"i{prefix}"}
    return table.with_columns(
        (pl.lit(letters[name]) + pl.col(name)).alias(name)
        for name in table.columns
        if name in letters
    )


@pytest.fixture(scope="session", params=["", "x"], ids=["ids are numbers", "ids are words"])
def world(request: pytest.FixtureRequest) -> dict[str, pl.DataFrame]:
    """The tables of an honest dataset with times; in one of two, all kinds have the same ids."""
    data = tiny_dataset(users=60)
    tables = {
        name: getattr(data, name)
        for name in ("train", "valid", "test", "items", "users", "facts", "labels")
    }
    if not request.param:
        return tables
    facts = tables["facts"].with_columns((pl.lit("ix") + pl.col("head")).alias("head"))
    prefixed = {name: _prefixed(table, request.param) for name, table in tables.items()}
    return {**prefixed, "facts": facts}


@pytest.fixture
def plant(world: dict[str, pl.DataFrame]) -> Plant:
    """Reads the world with some tables changed."""

    def read(**changes: Any) -> Dataset:
        return clean({**world, **changes}, DatasetInfo("planted", item_type="Film"))

    return read
