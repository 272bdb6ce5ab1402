"""Checks of columns that several tables have: weights, times, and JSON objects of literals."""

from __future__ import annotations

import json

import polars as pl

from kgrec.data.columns import as_numbers, as_seconds
from kgrec.data.sieve import Sieve

PROPERTIES = "properties"


def check_weight(sieve: Sieve, *, missing: float | None = None) -> None:
    """Make weights numbers above 0; rows with anything else are set aside.

    :param missing: what an empty cell counts; ``None``: its row is set aside, too
    """
    number = as_numbers(sieve.frame, "weight")
    if missing is not None:
        number = number.set(_is_empty(sieve.frame["weight"]), missing)
    bad = ~number.is_finite().fill_null(False)
    sieve.set_aside(
        pl.lit(bad),
        column="weight",
        problem="the weight is missing or not a finite number",
        fix="write a number above 0 or leave the column out",
    )
    sieve.frame = sieve.frame.with_columns(number.filter(~bad))
    sieve.set_aside(
        pl.col("weight") <= 0,
        column="weight",
        problem="the weight is zero or negative",
        fix="write a number above 0, and leave dislikes out",
    )


def check_timestamp(sieve: Sieve) -> None:
    """Make times whole seconds since 1970; rows with one that cannot be read are set aside."""
    present = ~_is_empty(sieve.frame["timestamp"])
    sieve.set_aside(
        pl.lit(present & as_seconds(sieve.frame, "timestamp").is_null()),
        column="timestamp",
        problem="the timestamp cannot be read",
        fix="write seconds since 1970 or ISO 8601 (2024-05-31 18:00:00)",
    )
    sieve.frame = sieve.frame.with_columns(as_seconds(sieve.frame, "timestamp"))


def check_properties(sieve: Sieve) -> None:
    """Empty the cells of ``properties`` (text) that hold no JSON object, and report them."""
    if PROPERTIES not in sieve.frame.columns:
        return
    cells = sieve.frame[PROPERTIES]
    bad = ~cells.map_elements(_is_object, return_dtype=pl.Boolean).fill_null(True)
    if not bad.any():
        return
    sieve.report(
        sieve.frame.filter(bad),
        column=PROPERTIES,
        problem="the properties are no JSON object",
        fix='write {"year": 1999} or rename the column',
        action="ignored",
    )
    sieve.frame = sieve.frame.with_columns(cells.set(bad, None))


def _is_empty(column: pl.Series) -> pl.Series:
    """Cells without a value, be they null, a blank of CSV or a NaN of pandas."""
    return column.is_null() | column.cast(pl.String).is_in(["", "NaN"]).fill_null(False)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
