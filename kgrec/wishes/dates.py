"""The years of items: a literal, or what stands in brackets behind the title."""

from __future__ import annotations

import polars as pl

from kgrec.graph import KnowledgeGraph

_NAMES = (
    "year",
    "release_year",
    "release_date",
    "released",
    "publication_year",
    "published",
    "date",
)
_TITLE = r"\(((?:1[0-9]|20)\d\d)\)\s*$"


def item_years(graph: KnowledgeGraph) -> dict[str, int]:
    """The year of each item that has one, by the item's id."""
    items = graph.nodes.filter(pl.col("kind") == "item")
    literal = rf'"(?:{"|".join(_NAMES)})":\s*"?(?:[^"\d]*)((?:1[0-9]|20)\d\d)'
    years = items.select(
        "id",
        year=pl.coalesce(
            pl.col("properties").str.extract(literal, 1), pl.col("label").str.extract(_TITLE, 1)
        ).cast(pl.Int64),
    ).drop_nulls()
    return dict(years.iter_rows())
