from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from kgrec.check import doubts, leaks, require_no_leaks
from kgrec.data import Dataset, DatasetInfo, clean
from kgrec.errors import DataError
from kgrec.testing import tiny_dataset

Plant = Callable[..., Dataset]
World = dict[str, pl.DataFrame]


def test_honest_data_raise_no_alarm(plant: Plant) -> None:
    data = plant()
    assert leaks(data) == []
    assert doubts(data) == []
    require_no_leaks(data)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("users", [8, 200])
def test_sizes_and_seeds_raise_no_alarm(users: int, seed: int) -> None:
    data = tiny_dataset(users=users, items=30, seed=seed)
    assert leaks(data) == []
    assert doubts(data) == []


def test_a_pair_in_train_and_test(plant: Plant, world: World) -> None:
    both = pl.concat([world["test"], world["train"].head(3)])
    (leak,) = leaks(plant(test=both))
    assert (leak.table, leak.rows) == ("test", 3)
    assert "are in train" in str(leak)


def test_a_pair_in_valid_and_test_lets_training_stop_on_the_test(
    plant: Plant, world: World
) -> None:
    (leak,) = leaks(plant(test=world["valid"]))
    assert (leak.table, leak.rows) == ("test", world["valid"].height)
    assert "are in valid" in str(leak)
    assert "make the splits disjoint" in str(leak)


def test_a_pair_in_train_and_valid(plant: Plant, world: World) -> None:
    (leak,) = leaks(plant(valid=pl.concat([world["valid"], world["train"].head(1)])))
    assert (leak.table, leak.rows) == ("valid", 1)


def test_a_repeated_row_is_said_and_is_no_leak(plant: Plant, world: World) -> None:
    data = plant(train=pl.concat([world["train"], world["train"].head(2)]))
    assert data.quality.count("merged") == 2
    assert leaks(data) == []


@pytest.mark.parametrize("turned", [False, True])
def test_a_fact_between_user_and_item(plant: Plant, world: World, turned: bool) -> None:
    told = (
        world["test"]
        .head(4)
        .select(
            pl.col("user").alias("tail" if turned else "head"),
            pl.lit("admires").alias("relation"),
            pl.col("item").alias("head" if turned else "tail"),
            pl.lit("user").alias("tail_kind" if turned else "head_kind"),
            pl.lit("item").alias("head_kind" if turned else "tail_kind"),
        )
    )
    facts = pl.concat([world["facts"], told.select(world["facts"].columns)])
    (leak,) = leaks(plant(facts=facts))
    assert (leak.table, leak.rows) == ("facts", 4)
    assert "joins a user to an item of valid or test" in str(leak)


def test_the_refusal_is_one_sentence_with_a_way_out(plant: Plant, world: World) -> None:
    data = plant(test=world["valid"])
    with pytest.raises(DataError, match=r"test answers away \(test: .*\); mend them, or pray\.$"):
        require_no_leaks(data, escape="pray")


ODD = pl.DataFrame(
    {
        "item": ["a", "b", "c"],
        "vector": [[0.5, 1.0], [1.0, 0.0], None],
        "empty": pl.Series([None] * 3, dtype=pl.String),
        "flag": [True, False, None],
        "properties": ['{"n": 1e400, "m": 1' + "0" * 400 + "}", None, '{"n": NaN, "x": [1]}'],
    }
)


@pytest.mark.parametrize(
    "events",
    [[("u", "a")], [("u", item) for item in "abcde"], [(user, "a") for user in "uvwxyz"]],
    ids=["one pair", "one user", "one item"],
)
@pytest.mark.parametrize("items", [None, ODD], ids=["no catalog", "an odd catalog"])
def test_odd_data_are_no_trouble(events: list[tuple[str, str]], items: pl.DataFrame | None) -> None:
    tables = {"events": pl.DataFrame(events, schema=["user", "item"], orient="row")}
    if items is not None:
        tables["items"] = items
    data = clean(tables, DatasetInfo("odd"))
    assert leaks(data) == []
    assert doubts(data) == []
