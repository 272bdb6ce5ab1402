"""Columns of any type become the few types that a dataset has.

Ids are strings, weights and ratings float64, timestamps int64 (seconds since 1970), attributes a
string, a number or a truth value; an empty string is the same as no value; ``a|b`` is multi-valued.
"""

from __future__ import annotations

import polars as pl

from kgrec.errors import DataError

_DAY = "%Y-%m-%d"
_TIME_FORMATS = (f"{_DAY} %H:%M:%S%.f", f"{_DAY} %H:%M")
_EXACT_FLOAT = 2**53  # beyond it a float no longer holds every integer


def as_text(frame: pl.DataFrame, column: str, file: str) -> pl.Series:
    """Turn a column into strings without changing what an id looks like.

    Whole floats lose their ``.0``: pandas makes floats of whole numbers wherever one of them is
    missing.

    :raises DataError: if the column holds nested values
    """
    values = tidy(frame[column], file)
    return values.cast(pl.String)


def tidy(values: pl.Series, file: str) -> pl.Series:
    """Bring an attribute to a string, a number, a truth value or a vector.

    A list of fractions is a vector and stays one; any other list becomes ``a|b``.

    :raises DataError: if the column holds structs or binary data
    """
    kind = values.dtype
    if isinstance(kind, pl.List | pl.Array):
        return _vectors(values) if is_vector(kind) else _joined(values, file)
    if kind == pl.String or isinstance(kind, pl.Categorical | pl.Enum) or kind == pl.Null:
        text = values.cast(pl.String)
        return text.set(text == "", None)
    if kind.is_float():
        return _whole_numbers(values.cast(pl.Float64).fill_nan(None))
    if kind.is_integer() or kind == pl.Boolean:
        return values
    if kind.is_temporal() or kind.is_decimal():
        return values.cast(pl.String)
    raise DataError(
        f"the column holds values of type {kind}",
        fix="store text, numbers, dates or lists of text",
        file=file,
        column=values.name,
    )


def is_vector(kind: pl.DataType) -> bool:
    """Whether a column of this type holds lists of fractions."""
    return isinstance(kind, pl.List | pl.Array) and kind.inner.is_float()


def as_numbers(frame: pl.DataFrame, column: str) -> pl.Series:
    """Turn a column into float64; what is no number becomes null."""
    values = frame[column]
    if values.dtype == pl.String:
        values = values.str.strip_chars()
    return values.cast(pl.Float64, strict=False).fill_nan(None)


def as_seconds(frame: pl.DataFrame, column: str) -> pl.Series:
    """Turn a column into int64 seconds since 1970; what cannot be read becomes null.

    Numbers are kept (fractions cut off); dates, times and ISO 8601 text without a time zone count
    as UTC.
    """
    values = frame[column]
    if values.dtype.is_temporal():
        return values.dt.epoch("s").cast(pl.Int64)
    seconds = _whole_seconds(as_numbers(frame, column))
    if values.dtype != pl.String:
        return seconds
    text = pl.col(column).str.strip_chars().str.replace("T", " ").str.replace(r"Z$", "")
    naive = [text.str.to_datetime(form, strict=False, time_unit="us") for form in _TIME_FORMATS]
    day = text.str.to_date(_DAY, strict=False).cast(pl.Datetime("us"))
    zoned = text.str.to_datetime(f"{_TIME_FORMATS[0]}%:z", strict=False, time_unit="us")
    parsed = frame.select(
        pl.coalesce(*(moment.dt.epoch("s") for moment in (*naive, day, zoned))).alias(column)
    )[column]
    return seconds.zip_with(seconds.is_not_null(), parsed)


def plain_numbers(values: pl.Series) -> pl.Series:
    """Turn text from a CSV file into numbers if every value is plainly one.

    ``007``, ``1e5`` and ``+1`` are no plain numbers, so that codes stay as they are.
    """
    if values.dtype != pl.String or values.null_count() == len(values):
        return values
    if values.str.contains(r"^(0|-?[1-9]\d{0,14})$").all():
        return values.cast(pl.Int64)
    if values.str.contains(r"^-?(0|[1-9]\d{0,14})(\.\d{1,17})?$").all():
        return values.cast(pl.Float64)
    return values


def _vectors(values: pl.Series) -> pl.Series:
    inner = getattr(values.dtype, "inner", None)
    # As text, which a graph keeps, numbers of 32 bits are half as long.
    kind = pl.Float64 if inner == pl.Float64 else pl.Float32
    return values.cast(pl.List(kind)).list.eval(pl.element().fill_nan(None))


def _joined(values: pl.Series, file: str) -> pl.Series:
    inner = values.dtype.inner if isinstance(values.dtype, pl.List | pl.Array) else None
    if inner is not None and inner.is_nested():
        raise DataError(
            "the column holds lists of lists or of structs",
            fix="store lists of text",
            file=file,
            column=values.name,
        )
    lists = values.cast(pl.List(pl.String)).list.drop_nulls().list.join("|")
    return lists.set(lists == "", None)


def _whole_seconds(numbers: pl.Series) -> pl.Series:
    return numbers.floor().cast(pl.Int64, strict=False)


def _whole_numbers(values: pl.Series) -> pl.Series:
    known = values.drop_nulls()
    whole = (
        known.is_finite().all() and ((known == known.floor()) & (known.abs() < _EXACT_FLOAT)).all()
    )
    return values.cast(pl.Int64) if whole else values
