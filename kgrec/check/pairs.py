"""Users and items that some table names together: where an interaction may hide."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.data import Dataset

PAIRS = pl.Schema(
    {
        "table": pl.String(),
        "source": pl.String(),
        "user": pl.String(),
        "item": pl.String(),
        "whole": pl.Boolean(),
    }
)
"""``source`` is a column, a relation, or two of them; ``whole``: the id is all of a value."""

_WORD = r"[^\s,;|\"'\[\]{}()<>]+"
_ROWS = 20_000  # texts are split into words so many rows at a time
_MOST_ITEMS = 100  # of an entity that may stand for an order


def named_pairs(data: Dataset) -> pl.DataFrame:
    """Every user and item that a table names together, columns of :data:`PAIRS`.

    Facts that join a user and an item are not among them: reading has looked at those.
    """
    users = _names(data.users, "user")
    items = _names(data.items, "item")
    parts = [
        *_in_columns(data.items, "item", users.rename({"id": "user"})),
        *_in_columns(data.users, "user", items.rename({"id": "item"})),
        *_read_otherwise(data),
        _through_entities(data),
    ]
    return pl.concat([part.select(PAIRS.names()).cast(PAIRS) for part in parts]).unique()


def _names(table: pl.DataFrame, key: str) -> pl.DataFrame:
    """``name, id``: an id names itself, and so does a title that is nobody else's."""
    ids = table.select(pl.col(key).alias("name"), pl.col(key).alias("id"))
    if "title" not in table.columns:
        return ids
    titles = table.select(pl.col("title").alias("name"), pl.col(key).alias("id"))
    return pl.concat([ids, titles.filter(pl.col("name").is_not_null())]).unique("name", keep="none")


def _in_columns(table: pl.DataFrame, key: str, names: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cells and words of all columns that are names.

    :param names: ``name`` and the id of the other kind
    """
    for column in table.columns[1:]:
        kind = table.schema[column]
        if column == "title" or not (kind == pl.String or kind.is_integer()):
            continue
        for rows in table.select(key, pl.col(column).cast(pl.String)).iter_slices(_ROWS):
            for whole, words in ((True, _values(column)), (False, _words(column))):
                found = rows.select(key, words.alias("name")).explode("name").drop_nulls()
                yield found.join(names, on="name").with_columns(
                    table=pl.lit(f"{key}s"), source=pl.lit(column), whole=pl.lit(whole)
                )


def _values(column: str) -> pl.Expr:
    return pl.col(column).str.split("|").list.eval(pl.element().str.strip_chars())


def _words(column: str) -> pl.Expr:
    words = pl.col(column).str.extract_all(_WORD)
    return words.list.eval(pl.element().str.strip_chars_end(".:!?"))


def _read_otherwise(data: Dataset) -> Iterator[pl.DataFrame]:
    """Facts that would join a user and an item if their ids were read in another way.

    An id that a user and an item share means the item (:mod:`kgrec.data.facts`).
    """
    users, items = data.users["user"].implode(), data.items["item"].implode()
    for user, item in (("head", "tail"), ("tail", "head")):
        as_read = (pl.col(f"{user}_kind") == "user") & (pl.col(f"{item}_kind") == "item")
        yield data.facts.filter(
            pl.col(user).is_in(users), pl.col(item).is_in(items), ~as_read
        ).select(
            pl.lit("facts").alias("table"),
            pl.col("relation").alias("source"),
            pl.col(user).alias("user"),
            pl.col(item).alias("item"),
            pl.lit(False).alias("whole"),
        )


def _through_entities(data: Dataset) -> pl.DataFrame:
    """User – entity – item, where the entity is of this user alone: a review, an order."""
    ends = pl.concat(
        [_seen_from(data.facts, "head", "tail"), _seen_from(data.facts, "tail", "head")]
    )
    of_users = ends.filter(pl.col("kind") == "user").unique("entity", keep="none")
    of_items = ends.filter(pl.col("kind") == "item").join(of_users, on="entity", how="semi")
    few = of_items.filter(pl.len().over("entity") <= _MOST_ITEMS)
    return of_users.join(few, on="entity", suffix="_item").select(
        pl.lit("facts").alias("table"),
        pl.concat_str("relation", pl.lit("' and '"), "relation_item").alias("source"),
        pl.col("id").alias("user"),
        pl.col("id_item").alias("item"),
        pl.lit(False).alias("whole"),
    )


def _seen_from(facts: pl.DataFrame, entity: str, other: str) -> pl.DataFrame:
    return facts.filter(
        pl.col(f"{entity}_kind") == "entity", pl.col(f"{other}_kind") != "entity"
    ).select(
        pl.col(entity).alias("entity"),
        "relation",
        pl.col(f"{other}_kind").alias("kind"),
        pl.col(other).alias("id"),
    )
