"""Held-out interactions that stand somewhere else in the data."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.check.pairs import named_pairs
from kgrec.data import Dataset, Finding
from kgrec.data.events import PAIR

_SHARE = 0.5
"""So much of what a column names must be interactions: else it names them by chance."""
_EXAMPLES = 3


def hidden_interactions(data: Dataset) -> Iterator[Finding]:
    """Columns, texts and relations that tell who took what in valid or test.

    A director's number may be a user's, too. So it counts only if at least half of the pairs are
    interactions, and, unless the ids are unmistakable, if these are twice as many as the users'
    and the items' popularity would bring about.
    """
    told = _counted(data).filter(
        pl.col("held_out") > 0,
        pl.col("hits") >= _SHARE * pl.col("pairs"),
        pl.col("unmistakable") | (pl.col("hits") >= 2 * pl.col("chance") + 3),
    )
    # Of one source both the cells and their words may tell: once is enough.
    for row in told.unique(["table", "source"], keep="first", maintain_order=True).to_dicts():
        yield _finding(row)


def _counted(data: Dataset) -> pl.DataFrame:
    """For each source: its pairs, how many are interactions, and how many would be by chance."""
    pairs = named_pairs(data)
    parts = ((data.train, False), (data.valid, True), (data.test, True))
    taken = pl.concat(
        [part.select(*PAIR, pl.lit(held_out).alias("held_out")) for part, held_out in parts]
    )
    of_user = taken.group_by("user").len("of_user")
    of_item = taken.group_by("item").len("of_item")
    joined = (
        pairs.join(taken, on=PAIR, how="left")
        .join(of_user, on="user", how="left")
        .join(of_item, on="item", how="left")
        .sort(PAIR)
    )
    chance = pl.col("of_user").fill_null(0) * pl.col("of_item").fill_null(0) / max(taken.height, 1)
    example = pl.concat_str(pl.lit("user="), "user", pl.lit(", item="), "item")
    other = pl.when(pl.col("table") == "users").then("item").otherwise("user")
    return (
        joined.group_by("table", "source", "whole")
        .agg(
            pl.len().alias("pairs"),
            pl.col("held_out").count().alias("hits"),
            pl.col("held_out").sum(),
            chance.clip(upper_bound=1).sum().alias("chance"),
            (pl.col("whole") & ~other.str.contains(r"^\d+$")).all().alias("unmistakable"),
            example.filter(pl.col("held_out")).head(_EXAMPLES).alias("examples"),
        )
        .sort("table", "source", "held_out", "whole", descending=[False, False, True, True])
    )


def _finding(row: dict[str, object]) -> Finding:
    table, source = str(row["table"]), str(row["source"])
    problem, fix = _WORDS[table]
    if table == "facts" and "' and '" in source:
        problem, fix = _OVER_ENTITIES
    return Finding(
        table,
        "" if table == "facts" else source,
        problem.format(source),
        int(str(row["held_out"])),
        "kept",
        fix,
        examples=tuple(row["examples"]),  # type: ignore[arg-type]
        leak=True,
    )


_WORDS = {
    "items": (
        "it names users who took the item in valid or test",
        "leave the column out, or make it from train alone",
    ),
    "users": (
        "it names items that the user took in valid or test",
        "leave the column out, or make it from train alone",
    ),
    "facts": (
        "the relation '{}' joins ids that users have, too, to items that these took in valid or "
        "test",
        "leave behaviour out of the facts, and give users and items ids of their own",
    ),
}
_OVER_ENTITIES = (
    "the relations '{}' lead from a user to an item that this user took in valid or test",
    "leave reviews, orders and other behaviour out of the facts",
)
