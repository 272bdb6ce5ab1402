"""The names of entities that the data stated, kept for entities that come later."""

from __future__ import annotations

import polars as pl

from kgrec.data.schema import LABELS
from kgrec.graph.labels import readable

NAMES = pl.Schema(dict.fromkeys(LABELS.columns, pl.String()))
"""``entity`` is unique; all but ``entity`` may be null."""

_WORDS = LABELS.columns[1:]


def as_names(labels: pl.DataFrame) -> pl.DataFrame:
    """Labels of a dataset with all the columns of :data:`NAMES`; of several rows the first."""
    missing = [name for name in NAMES if name not in labels.columns]
    filled = labels.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    return filled.select(*NAMES).unique("entity", keep="first", maintain_order=True)


def names_of(nodes: pl.DataFrame) -> pl.DataFrame:
    """What the entities among ``nodes`` are called, for graphs that did not come from tables."""
    generic = pl.col("type") == "Entity"
    made = pl.col("label") == readable(pl.col("id"))
    return nodes.filter(pl.col("kind") == "entity").select(
        pl.col("id").alias("entity"),
        pl.when(~made).then("label").alias("label"),
        pl.when(~generic).then("type").alias("type"),
        "text",
        pl.lit(None, pl.String).alias("properties"),
    )


def merged_names(names: pl.DataFrame, *later: pl.DataFrame) -> pl.DataFrame:
    """Put later names in the place of earlier ones; an empty cell says nothing."""
    for rows in later:
        if rows.is_empty():
            continue
        joined = rows.join(names, on="entity", how="left", suffix="_old", maintain_order="left")
        merged = joined.select("entity", *(pl.coalesce(word, f"{word}_old") for word in _WORDS))
        rest = names.join(rows.select("entity"), on="entity", how="anti", maintain_order="left")
        names = pl.concat([rest, merged])
    return names


def new_names(labels: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """What labels of an update say that was not known.

    :param labels: clean labels; one that only repeats the id is none, where there is a name
    :param names: what is known
    """
    rows = as_names(labels)
    if rows.is_empty():
        return rows
    known = names.join(rows.select("entity"), on="entity", how="semi")
    named = known.filter(pl.col("label").is_not_null())["entity"].implode()
    no_name = (pl.col("label") == pl.col("entity")) & pl.col("entity").is_in(named)
    rows = rows.with_columns(pl.when(~no_name).then("label").alias("label"))
    after = merged_names(known, rows)
    return after.join(known, on=list(NAMES), how="anti", nulls_equal=True, maintain_order="left")
