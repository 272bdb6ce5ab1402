"""Columns that hold a vector in each row: images, sounds, whatever an encoder made of an item."""

from __future__ import annotations

import json

import polars as pl

from kgrec.data.columns import is_vector
from kgrec.errors import DataError


def checked_vectors(column: pl.Series, rows: pl.Series, file: str) -> pl.Series:
    """Check that all vectors are finite and as long as the first; an empty one becomes null.

    :param column: lists of numbers, as :func:`~kgrec.data.columns.tidy` makes them
    :param rows: where each cell is in its file, from 1
    :raises DataError: that says the file, the column and the row
    """
    lengths = column.list.len()
    column = column.set(lengths == 0, None)
    known = lengths.filter(column.is_not_null())
    if not len(known):
        return column
    _refuse(
        (lengths != known[0]) & column.is_not_null(),
        rows,
        f"the vector has not the {known[0]} numbers of the first one",
        "make all vectors of a column with one encoder",
        file=file,
        column=column.name,
    )
    finite = column.list.eval(pl.element().is_finite().fill_null(False)).list.all()
    _refuse(
        ~finite & column.is_not_null(),
        rows,
        "the vector holds a number that is missing or not finite",
        "leave the cell empty where there is no vector",
        file=file,
        column=column.name,
    )
    return column


def folded_vectors(frame: pl.DataFrame, properties: str) -> pl.DataFrame:
    """Move columns with vectors into the JSON object of literals.

    :param properties: the name of that column, which may be missing
    """
    names = [name for name, kind in frame.schema.items() if is_vector(kind)]
    if not names:
        return frame
    cells = frame.select(pl.struct(names).struct.json_encode()).to_series()
    if properties in frame.columns:
        both = zip(cells, frame[properties], strict=True)
        cells = pl.Series([_merged(*pair) for pair in both], dtype=pl.String)
    return frame.drop(names).with_columns(cells.alias(properties))


def _merged(vectors: str, properties: str | None) -> str:
    if properties is None:
        return vectors
    known = {name: each for name, each in json.loads(vectors).items() if each is not None}
    return json.dumps({**json.loads(properties), **known}, ensure_ascii=False)


def _refuse(
    bad: pl.Series, rows: pl.Series, problem: str, fix: str, *, file: str, column: str
) -> None:
    place = bad.fill_null(False).arg_true()
    if len(place):
        raise DataError(problem, fix=fix, file=file, row=int(rows[place[0]]), column=column)
