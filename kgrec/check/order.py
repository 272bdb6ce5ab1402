"""A split by time, and what in it comes too late."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.data import Dataset, Finding
from kgrec.data.sieve import examples
from kgrec.data.split import has_time

_BY_TIME = 0.2
"""If train is later than test for no more of the users, the split was meant to be one by time."""
_TURNED = 0.5
"""If all of train is later than all of test for more of the users, the two were confused."""


def train_after_test(data: Dataset) -> Iterator[Finding]:
    """Training interactions that are later than a test interaction of the same user.

    In a split by time this is a leak. In a random split it is only said: such a split lets a model
    know what its users took later. Where the test is about items that are not in train at all, a
    split by time is not meant.
    """
    if not (has_time(data.train) and has_time(data.test)) or _is_cold(data):
        return
    first = data.test.group_by("user").agg(
        pl.col("timestamp").min().alias("first"), pl.col("timestamp").max().alias("last")
    )
    rows = data.train.join(first, on="user", maintain_order="left").drop_nulls("timestamp")
    is_late = pl.col("timestamp") > pl.col("first")
    late = rows.filter(is_late)
    if late.is_empty():
        return
    users = rows.group_by("user").agg(
        is_late.any().alias("some"), (pl.col("timestamp") > pl.col("last")).all().alias("all")
    )
    shown = examples(late.select("user", "item", "timestamp"))
    if (users["all"].mean() or 0.0) > _TURNED:  # type: ignore[operator]
        problem, fix = "train is later than test", "check whether the two were confused"
        yield Finding("train", "timestamp", problem, late.height, "kept", fix, shown, leak=True)
    elif (users["some"].mean() or 0.0) <= _BY_TIME:  # type: ignore[operator]
        problem = "in this split by time the row is later than the same user's first in test"
        fix = "move it to test, or leave it out"
        yield Finding("train", "timestamp", problem, late.height, "kept", fix, shown, leak=True)
    else:
        problem = "the row is later than the same user's first in test, as in a random split"
        fix = "a split by time would be closer to real use"
        yield Finding("train", "timestamp", problem, late.height, "kept", fix, shown)


def late_facts(data: Dataset) -> Iterator[Finding]:
    """Facts that are dated later than every interaction a model may learn from.

    A leak where the whole test is later than that, too, as in a split at one moment; else a doubt.
    """
    if not (has_time(data.train) and has_time(data.facts)) or _is_cold(data):
        return
    known = pl.concat([data.train["timestamp"], data.valid["timestamp"]])
    end: int = known.max()  # type: ignore[assignment]
    late = data.facts.filter(pl.col("timestamp") > end)
    if late.is_empty():
        return
    at_once = has_time(data.test) and bool((data.test["timestamp"] >= end).all())
    yield Finding(
        "facts",
        "timestamp",
        "the fact is later than all of train and valid, and nobody could have known it then",
        late.height,
        "kept",
        "leave out facts from after the split",
        examples(late.select("head", "relation", "tail", "timestamp")),
        leak=at_once,
    )


def strangers(data: Dataset) -> Iterator[Finding]:
    """Users of the test of whom nothing else is known."""
    known = pl.concat([data.train["user"], data.valid["user"]]).unique()
    alone = data.test.select("user").unique(maintain_order=True)
    alone = alone.filter(~pl.col("user").is_in(known.implode()))
    if not alone.is_empty():
        yield Finding(
            "test",
            "user",
            "the user has no interaction in train or valid, and can be given what is popular only",
            data.test.join(alone, on="user", how="semi").height,
            "kept",
            "look at the slice of users without history",
            examples(alone),
        )


def _is_cold(data: Dataset) -> bool:
    known = data.train["item"].unique().implode()
    return not data.test.is_empty() and not data.test["item"].is_in(known).any()
