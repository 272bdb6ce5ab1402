from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from kgrec.check import doubts, leaks
from kgrec.data import Dataset, DatasetInfo, clean

Plant = Callable[..., Dataset]
World = dict[str, pl.DataFrame]

KNOWN, ALL = ("train", "valid"), ("train", "valid", "test")


def counted(
    world: World, parts: tuple[str, ...], measure: pl.Expr, *, key: str = "item"
) -> pl.DataFrame:
    """The items (or users) with a column that was computed over some parts."""
    events = pl.concat([world[name] for name in parts])
    table = world["items" if key == "item" else "users"]
    return table.join(events.group_by(key).agg(measure), on=key, how="left")


COUNTS = {
    "popularity": pl.len().alias("popularity"),
    "x": pl.len().cast(pl.Float64).alias("x"),
    "logarithm": pl.len().log1p().alias("heat"),
    "last": pl.col("timestamp").max().alias("last_seen"),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_column_counted_over_the_test(plant: Plant, world: World, name: str) -> None:
    (leak,) = leaks(plant(items=counted(world, ALL, COUNTS[name])))
    assert leak.table == "items"
    assert "counted over the test, too (for instance item=" in str(leak)
    assert "count it over train alone" in str(leak)


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("parts", [("train",), KNOWN])
def test_a_column_counted_over_train_is_honest(
    plant: Plant, world: World, name: str, parts: tuple[str, ...]
) -> None:
    assert leaks(plant(items=counted(world, parts, COUNTS[name]))) == []


def test_a_mean_rating_over_all(plant: Plant, world: World) -> None:
    rng = np.random.default_rng(0)
    rated = {
        name: world[name].with_columns(
            rating=pl.Series(rng.integers(1, 6, world[name].height).astype(float))
        )
        for name in ALL
    }
    mean = pl.col("rating").mean().round(1).alias("stars")
    (leak,) = leaks(plant(**rated, items=counted({**world, **rated}, ALL, mean)))
    assert "follows the mean rating" in str(leak)
    assert leaks(plant(**rated, items=counted({**world, **rated}, KNOWN, mean))) == []


def test_a_literal_in_the_properties_counts_as_a_column(plant: Plant, world: World) -> None:
    items = counted(world, ALL, COUNTS["popularity"])
    literals = [json.dumps({"popularity": value}) for value in items["popularity"].fill_null(0)]
    items = items.drop("popularity").with_columns(properties=pl.Series(literals))
    (leak,) = leaks(plant(items=items))
    assert leak.column == "popularity"


def test_what_merely_looks_like_a_count_is_a_doubt(plant: Plant, world: World) -> None:
    noisy = (pl.len() * 3 + pl.col("timestamp").max() % 13).alias("num_votes")
    data = plant(items=counted(world, ALL, noisy))
    assert leaks(data) == []
    (doubt,) = doubts(data)
    assert "looks like a count of behaviour" in str(doubt)


def test_a_count_of_users_is_a_doubt(plant: Plant, world: World) -> None:
    data = plant(users=counted(world, ALL, pl.len().alias("activity"), key="user"))
    assert leaks(data) == []
    assert [doubt.column for doubt in doubts(data)] == ["activity"]


def test_plain_numbers_are_no_matter(plant: Plant, world: World) -> None:
    rng = np.random.default_rng(1)
    size = world["items"].height
    items = world["items"].with_columns(
        discs=pl.Series(rng.integers(1, 4, size)),
        price=pl.Series(rng.random(size).round(2)),
        votes=pl.Series(rng.integers(1, 9, size)),
        nothing=pl.lit(None, pl.Float64),
        same=pl.lit(3),
        odd=pl.lit(float("nan")),
    )
    data = plant(items=items)
    assert leaks(data) == []
    assert doubts(data) == []


def test_a_number_that_is_mostly_one_is_no_count() -> None:
    """In a catalog where most items were taken once, it agrees with most counts by chance."""
    rng = np.random.default_rng(2)
    events = pl.DataFrame(
        {
            "user": rng.integers(150, size=900).astype(str),
            "item": [f"i{n}" for n in rng.integers(3_000, size=900)],
        }
    ).unique(maintain_order=True)
    items = pl.DataFrame({"item": [f"i{n}" for n in range(3_000)]})
    items = items.with_columns(discs=pl.Series(rng.choice([1, 2, 3], 3_000, p=[0.95, 0.03, 0.02])))
    data = clean({"events": events, "items": items}, DatasetInfo("sparse"))
    assert data.test.height > 50
    assert leaks(data) == []


def test_without_a_test_nothing_can_be_known_of_it(plant: Plant, world: World) -> None:
    data = plant(test=world["test"].clear(), items=counted(world, KNOWN, COUNTS["popularity"]))
    assert leaks(data) == []
