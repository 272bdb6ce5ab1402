from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.check import leaks
from kgrec.data import Dataset, DatasetInfo, clean

Plant = Callable[..., Dataset]
World = dict[str, pl.DataFrame]


def all_events(world: World) -> pl.DataFrame:
    return pl.concat([world[name].select("user", "item") for name in ("train", "valid", "test")])


def listed(events: pl.DataFrame, key: str, between: str) -> pl.DataFrame:
    """A column ``told`` with what each user or item has in ``events``."""
    other = "user" if key == "item" else "item"
    return events.group_by(key).agg(pl.col(other).str.join(between).alias("told"))


@pytest.mark.parametrize("between", ["|", ", ", " and "])
def test_a_column_of_items_that_lists_users(plant: Plant, world: World, between: str) -> None:
    items = world["items"].join(listed(world["test"], "item", between), on="item", how="left")
    (leak,) = leaks(plant(items=items))
    assert (leak.table, leak.column, leak.rows) == ("items", "told", world["test"].height)
    assert "names users who took the item in valid or test (for instance user=" in str(leak)
    assert "make it from train alone" in str(leak)


def test_a_text_that_lists_users(plant: Plant, world: World) -> None:
    told = listed(all_events(world), "item", ", ")
    items = (
        world["items"]
        .join(told, on="item", how="left")
        .with_columns(text=pl.concat_str(pl.lit("A fine film, loved by "), "told", pl.lit(".")))
    )
    (leak,) = leaks(plant(items=items.drop("told")))
    assert (leak.table, leak.column) == ("items", "text")


def test_a_column_of_users_that_lists_items(plant: Plant, world: World) -> None:
    users = world["users"].join(listed(world["test"], "user", "|"), on="user", how="left")
    (leak,) = leaks(plant(users=users))
    assert (leak.table, leak.column) == ("users", "told")
    assert "names items that the user took" in str(leak)


def test_a_column_of_users_that_lists_titles(plant: Plant, world: World) -> None:
    events = all_events(world).join(world["items"].select("item", "title"), on="item")
    told = events.group_by("user").agg(pl.col("title").str.join("|").alias("favourites"))
    (leak,) = leaks(plant(users=world["users"].join(told, on="user", how="left")))
    assert (leak.table, leak.column) == ("users", "favourites")


def test_a_column_made_from_train_is_honest(plant: Plant, world: World) -> None:
    items = world["items"].join(listed(world["train"], "item", "|"), on="item", how="left")
    users = world["users"].join(listed(world["train"], "user", "|"), on="user", how="left")
    assert leaks(plant(items=items, users=users)) == []


def test_an_order_that_joins_user_and_item(plant: Plant, world: World) -> None:
    """User – review – item: no fact joins the two, and yet it is all there."""
    events = (
        all_events(world)
        .with_row_index("n")
        .with_columns(entity=pl.concat_str(pl.lit("review"), "n"))
    )
    wrote = events.select(
        pl.col("user").alias("head"),
        pl.lit("wrote").alias("relation"),
        pl.col("entity").alias("tail"),
        pl.lit("user").alias("head_kind"),
        pl.lit("entity").alias("tail_kind"),
    )
    about = events.select(
        pl.col("entity").alias("head"),
        pl.lit("about").alias("relation"),
        pl.col("item").alias("tail"),
        pl.lit("entity").alias("head_kind"),
        pl.lit("item").alias("tail_kind"),
    )
    (leak,) = leaks(plant(facts=pl.concat([world["facts"], wrote, about])))
    assert leak.rows == world["valid"].height + world["test"].height
    assert "'wrote' and 'about' lead from a user" in str(leak)


def test_behaviour_that_was_read_as_facts_between_items() -> None:
    """Users and items are numbers alike: ``7 bought 9`` reads as a fact about the item 7."""
    ids = [str(number) for number in range(1, 41)]
    events = [(user, str((int(user) * 7 + step * 5) % 40 + 1)) for user in ids for step in range(6)]
    splits = {"train": events[::2], "valid": events[1::4], "test": events[3::4]}
    tables: dict[str, object] = {
        name: pl.DataFrame(rows, schema=["user", "item"], orient="row")
        for name, rows in splits.items()
    }
    tables["items"] = pl.DataFrame({"item": ids})
    tables["facts"] = pl.DataFrame(
        [(user, "bought", item) for user, item in events],
        schema=["head", "relation", "tail"],
        orient="row",
    )
    data = clean(tables, DatasetInfo("numbers"))
    assert set(data.facts["head_kind"]) == {"item"}
    (leak,) = leaks(data)
    assert "'bought' joins ids that users have, too" in str(leak)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_numbers_that_are_ids_by_chance_are_no_leak(seed: int) -> None:
    from numpy.random import default_rng

    rng = default_rng(seed)
    users, items = 50, 40
    events = pl.DataFrame(
        {
            "user": rng.integers(users, size=600).astype(str),
            "item": (items * rng.random(600) ** 2).astype(int).astype(str),
        }
    ).unique(maintain_order=True)
    catalog = pl.DataFrame(
        {
            "item": [str(item) for item in range(items)],
            "director": rng.integers(users, size=items),
            "cast": ["|".join(rng.integers(users, size=4).astype(str)) for _ in range(items)],
            "text": [f"Number {n} of {m}." for n, m in rng.integers(users, size=(items, 2))],
        }
    )
    assert leaks(clean({"events": events, "items": catalog}, DatasetInfo("chance"))) == []
