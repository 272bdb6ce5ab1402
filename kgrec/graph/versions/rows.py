"""Rows of nodes that an update describes anew: what it does not mention stays as it is."""

from __future__ import annotations

import json
from collections.abc import Collection

import polars as pl

from kgrec.graph.labels import readable
from kgrec.graph.schema import NODES


def described_anew(
    rows: pl.DataFrame, nodes: pl.DataFrame, columns: Collection[str]
) -> pl.DataFrame:
    """Users or items: of those that are there, what the table has no column for stays.

    :param rows: nodes as a graph would be built with them
    :param nodes: the nodes of the graph so far
    :param columns: the columns of the user's table
    """
    joined = _beside(rows, nodes)
    kept = [
        name
        for name, column in (("type", ""), ("label", "title"), ("text", "text"))
        if column not in columns
    ]
    was_there = pl.col("type_old").is_not_null()
    stays = (pl.when(was_there).then(f"{name}_old").otherwise(name).alias(name) for name in kept)
    return _merged(joined.with_columns(stays))


def known_better(rows: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Entities: where the update knows nothing, what was known stays."""
    joined = _beside(rows, nodes)
    was_there = pl.col("type_old").is_not_null()
    no_name = pl.col("label") == readable(pl.col("id"))
    return _merged(
        joined.with_columns(
            _either(was_there & (pl.col("type") == "Entity"), "type"),
            _either(was_there & no_name, "label"),
            pl.coalesce("text", "text_old").alias("text"),
        )
    )


def _beside(rows: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    old = nodes.select("key", "type", "label", "text", "properties")
    return rows.join(old, on="key", how="left", suffix="_old", maintain_order="left")


def _either(old: pl.Expr, name: str) -> pl.Expr:
    return pl.when(old).then(f"{name}_old").otherwise(name).alias(name)


def _merged(joined: pl.DataFrame) -> pl.DataFrame:
    """Literals of the graph, overruled by those of the update; a null takes one away."""
    pairs = joined.select("properties_old", "properties")
    merged = [merged_literals(old, new) for old, new in pairs.iter_rows()]
    properties = pl.Series("properties", merged, dtype=pl.String)
    return joined.with_columns(properties).select(NODES.names())


def merged_literals(old: str | None, new: str) -> str:
    """One JSON object of two; ``old`` to the letter where ``new`` says nothing else."""
    if old is None or new == old:
        return new
    if new == "{}":
        return old
    before, said = json.loads(old), json.loads(new)
    after = {name: value for name, value in {**before, **said}.items() if value is not None}
    if after == {name: value for name, value in before.items() if value is not None}:
        return old
    return json.dumps(after, ensure_ascii=False, separators=(",", ":"))
