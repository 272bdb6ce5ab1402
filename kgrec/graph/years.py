"""The years of items: a literal, or what stands in brackets behind the title."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from kgrec.graph.literals import parse

_NAMES = (
    "year",
    "release_year",
    "release_date",
    "released",
    "publication_year",
    "published",
    "date",
)
"""Literals that tell it; of several the first counts."""
_YEAR = r"1\d{3}|20\d\d"
# The whole number, or the beginning of a date without dashes; not a part of another number.
_IN_TEXT = re.compile(rf"(?<!\d)({_YEAR})(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))?(?!\d)")
_IN_TITLE = rf"\(({_YEAR})\)\s*$"


def item_years(nodes: pl.DataFrame) -> dict[str, int]:
    """The year, 1000 to 2099, of each item that has one, by the item's id.

    :param nodes: of a graph
    """
    items = nodes.filter(pl.col("kind") == "item")
    in_title = items.select(
        "id", pl.col("label").str.extract(_IN_TITLE, 1).cast(pl.Int64)
    ).drop_nulls()
    years = dict(in_title.iter_rows())
    may_tell = items.filter(pl.col("properties").str.contains_any([f'"{name}"' for name in _NAMES]))
    for id, properties in may_tell.select("id", "properties").iter_rows():
        literals = parse(properties)
        found = (_year(literals.get(name)) for name in _NAMES)
        year = next((year for year in found if year is not None), None)
        if year is not None:
            years[id] = year
    return years


def _year(value: Any) -> int | None:
    """The first year that a literal tells: a number, a text, a date, a list of them."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, list):
        return next((year for year in map(_year, value) if year is not None), None)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    # A minus in front is a sign, and no dash of a date.
    found = None if text.startswith("-") else _IN_TEXT.search(text)
    return int(found[1]) if found else None
