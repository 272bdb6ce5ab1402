"""What edges of a foreign graph carry beside what kgrec reads from them."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet

import polars as pl

_parse = json.JSONDecoder().decode
_write = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes one anew each time


def carried(column: str) -> pl.Expr:
    """A column of JSON objects, null where there is nothing in them."""
    return pl.when(pl.col(column) != "{}").then(column).alias(column)


def without_empty(table: pl.DataFrame) -> pl.DataFrame:
    """Leave the column ``properties`` out if no row has any."""
    empty = table["properties"].null_count() == table.height
    return table.drop("properties") if empty else table


def left_over(
    own: pl.Series, used: AbstractSet[str], link: pl.Series, used_of_link: AbstractSet[str]
) -> pl.Series:
    """What interactions carry, but for what was read from it.

    :param own: JSON objects: of each interaction
    :param used: names in them that were read
    :param link: JSON objects: of the edge to its item; null where the interaction is an edge itself
    :param used_of_link: names in them that were read
    :return: JSON objects, null where nothing is left; of a name in both, that of ``own``
    """
    if not _says_anything(own) and not _says_anything(link):
        return pl.Series([None] * len(own), dtype=pl.String)
    if not used and not _says_anything(link):
        return own.set(own == "{}", None)
    rows = zip(own, link, strict=True)
    return pl.Series(
        [_rest(_without(two, used_of_link) | _without(one, used)) for one, two in rows],
        dtype=pl.String,
    )


def _says_anything(column: pl.Series) -> bool:
    return bool((column.drop_nulls() != "{}").any())


def _without(text: str | None, used: AbstractSet[str]) -> dict[str, object]:
    if text is None or text == "{}":
        return {}
    return {name: value for name, value in _parse(text).items() if name not in used}


def _rest(values: dict[str, object]) -> str | None:
    return _write(values) if values else None
