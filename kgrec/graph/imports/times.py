"""Times of foreign graphs: numbers in whatever unit."""

from __future__ import annotations

import polars as pl

# Beyond the year 5000 in one unit: then it is the next finer one.
_UNITS = ((1e17, 1_000_000_000), (1e14, 1_000_000), (1e11, 1_000))


def as_seconds(values: pl.Series) -> pl.Series:
    """Numbers as seconds since 1970, be they milli-, micro- or nanoseconds; other text as it is.

    One unit for the whole column: that of its median.

    :param values: text
    """
    numbers = values.cast(pl.Float64, strict=False)
    median = numbers.abs().median()
    divisor = next((by for least, by in _UNITS if isinstance(median, float) and median >= least), 1)
    if divisor == 1:
        return values
    whole = values.cast(pl.Int64, strict=False) // divisor
    return whole.cast(pl.String).zip_with(whole.is_not_null(), values)
