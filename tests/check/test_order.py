from __future__ import annotations

from collections.abc import Callable

import polars as pl

from kgrec.check import doubts, leaks
from kgrec.data import Dataset

Plant = Callable[..., Dataset]
World = dict[str, pl.DataFrame]

SPLITS = ("train", "valid", "test")
LATE = 2_000_000_000


def at_random(world: World) -> dict[str, pl.DataFrame]:
    """The same events, split without regard to time; each user keeps the sizes of the parts."""
    events = pl.concat([world[name].with_columns(part=pl.lit(name)) for name in SPLITS])
    shuffled = events.sort(pl.col("timestamp").hash(7)).with_columns(
        pl.col("part").sort().over("user")
    )
    return {name: shuffled.filter(pl.col("part") == name).drop("part") for name in SPLITS}


def at_one_moment(world: World) -> dict[str, pl.DataFrame]:
    """A split at two moments that are the same for all users."""
    events = pl.concat([world[name] for name in SPLITS])
    first, second = events["timestamp"].quantile(0.7), events["timestamp"].quantile(0.85)
    time = pl.col("timestamp")
    return {
        "train": events.filter(time < first),
        "valid": events.filter((time >= first) & (time < second)),
        "test": events.filter(time >= second),
    }


def dated(world: World, time: int) -> pl.DataFrame:
    return world["facts"].with_columns(timestamp=pl.lit(time))


def test_train_and_test_confused(plant: Plant, world: World) -> None:
    (leak,) = leaks(plant(train=world["test"], test=world["train"]))
    assert leak.table == "train"
    assert "train is later than test" in str(leak)


def test_a_few_late_rows_in_a_split_by_time(plant: Plant, world: World) -> None:
    user = world["train"]["user"][0]
    late = pl.when(pl.col("user") == user).then(LATE).otherwise("timestamp").alias("timestamp")
    (leak,) = leaks(plant(train=world["train"].with_columns(late)))
    assert leak.rows == world["train"].filter(pl.col("user") == user).height
    assert "in this split by time the row is later" in str(leak)


def test_a_random_split_is_a_doubt(plant: Plant, world: World) -> None:
    data = plant(**at_random(world))
    assert leaks(data) == []
    (doubt,) = doubts(data)
    assert "a split by time would be closer to real use" in str(doubt)


def test_a_test_of_new_items_is_no_split_by_time(plant: Plant, world: World) -> None:
    events = pl.concat([world[name] for name in SPLITS])
    new = pl.col("item").is_in(events["item"].unique().sort()[::5].implode())
    data = plant(train=events.filter(~new), valid=world["valid"].clear(), test=events.filter(new))
    assert leaks(data) == []


def test_facts_from_after_the_split(plant: Plant, world: World) -> None:
    splits = at_one_moment(world)
    late = leaks(plant(**splits, facts=dated(world, LATE)))
    assert [leak.table for leak in late] == ["facts"]
    assert late[0].rows == world["facts"].height
    assert "nobody could have known it" in str(late[0])
    assert leaks(plant(**splits, facts=dated(world, 1_500_000_000))) == []


def test_late_facts_are_a_doubt_where_users_are_split_one_by_one(
    plant: Plant, world: World
) -> None:
    data = plant(facts=dated(world, LATE))
    assert leaks(data) == []
    assert [doubt.table for doubt in doubts(data)] == ["facts"]


def test_users_without_history(plant: Plant, world: World) -> None:
    user = world["test"]["user"][0]
    parts = {name: world[name].filter(pl.col("user") != user) for name in ("train", "valid")}
    (doubt,) = doubts(plant(**parts))
    assert "no interaction in train or valid" in str(doubt)
