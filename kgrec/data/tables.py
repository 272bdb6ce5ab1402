"""Reading one table from a Parquet or a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from kgrec.data.columns import plain_numbers
from kgrec.data.schema import TableSchema, closest
from kgrec.errors import DataError

ENDINGS = (".parquet", ".csv")
"""The files that a table may be in."""


def find_table(folder: Path, name: str) -> Path | None:
    """Return the file that holds a table, or ``None``.

    :raises DataError: if there are two
    """
    found = [path for ending in ENDINGS if (path := folder / f"{name}{ending}").is_file()]
    if len(found) > 1:
        raise DataError(
            f"the table is there twice, as {found[0].name} and as {found[1].name}",
            fix="delete one of the two",
            file=folder,
        )
    return found[0] if found else None


def read_table(path: Path, schema: TableSchema, columns: Mapping[str, str]) -> pl.DataFrame:
    """Read one table and give its columns the names of ``schema``.

    In CSV every column is read as text: ids stay what they are (``007``, ``1e5``). Only
    attributes, the columns that ``schema`` does not know, become numbers, and only where every
    value is plainly one.

    :param path: a ``.parquet`` or ``.csv`` file
    :param schema: the columns that have a meaning
    :param columns: kgrec's column name → the name in the file
    :raises DataError: if the file is broken or a column to rename does not exist
    """
    frame = _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)
    frame = rename(frame, columns, path.name)
    if path.suffix != ".csv":
        return frame
    attributes = [name for name in frame.columns if name not in schema.columns]
    return frame.with_columns(plain_numbers(frame[name]) for name in attributes)


def rename(frame: pl.DataFrame, columns: Mapping[str, str], file: str) -> pl.DataFrame:
    """Rename columns, from the names in the file to kgrec's.

    :param columns: kgrec's column name → the name in the file
    :raises DataError: if a column does not exist, or if two would get the same name
    """
    for target, source in columns.items():
        if source not in frame.columns:
            guess = closest(source, frame.columns)
            raise DataError(
                f"dataset.toml calls '{target}' by this name, but the table has no such column",
                fix=f"did you mean '{guess}'?" if guess else f"it has {', '.join(frame.columns)}",
                file=file,
                column=source,
            )
    taken = {name for name in columns if name in frame.columns} - set(columns.values())
    if taken:
        raise DataError(
            f"dataset.toml gives this name to '{columns[min(taken)]}', but the table has one",
            fix="rename one of the two",
            file=file,
            column=min(taken),
        )
    return frame.rename({source: target for target, source in columns.items()})


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, hive_partitioning=False, glob=False)
    except (PolarsError, OSError) as error:
        raise DataError(
            f"the file is not a readable Parquet file ({_first_line(error)})",
            fix="write it again",
            file=path,
        ) from None


def _read_csv(path: Path) -> pl.DataFrame:
    if path.stat().st_size == 0:
        raise DataError("the file is empty", fix="give it a header line", file=path)
    _check_header(path)
    try:
        return pl.read_csv(path, infer_schema=False, glob=False)
    except (PolarsError, OSError) as error:
        raise _csv_fault(path, error) from None


def _check_header(path: Path) -> None:
    """Refuse a repeated name: polars would rename the second column and say nothing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            names = next(csv.reader(lines), [])
    except (UnicodeDecodeError, csv.Error):
        return  # the reader says what is wrong with the file
    repeated = next((name for name in names if name and names.count(name) > 1), None)
    if repeated is not None:
        raise DataError(
            "two columns have this name", fix="rename one of them", file=path, column=repeated
        )


def _csv_fault(path: Path, error: Exception) -> DataError:
    """Find the row that polars stumbled over: its own message does not say which."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines)
            width = len(next(rows))
            for number, row in enumerate(rows, start=1):
                if len(row) > width:
                    return DataError(
                        f"the row has {len(row)} values under {width} columns",
                        fix='put values that contain a comma between quotes ("a, b")',
                        file=path,
                        row=number,
                    )
    except UnicodeDecodeError:
        return DataError("the file is not UTF-8 text", fix="save it as UTF-8", file=path)
    except csv.Error as fault:
        return DataError(f"the file is broken ({fault})", fix="write it again", file=path)
    return DataError(
        f"the file is not a readable CSV file ({_first_line(error)})",
        fix="check that every quote is closed",
        file=path,
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")
