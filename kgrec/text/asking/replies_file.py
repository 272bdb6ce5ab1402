"""Accepted answers as a Parquet file, which can travel with a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from kgrec.data.atomic import replaced_file
from kgrec.errors import DataError, first_line

_SCHEMA = pl.Schema(
    {
        "key": pl.Binary(),
        "text": pl.String(),
        "writer": pl.String(),
        "version": pl.String(),
        "asked": pl.String(),
        "prompt_tokens": pl.Int64(),
        "tokens": pl.Int64(),
    }
)


def write_replies(file: Path, rows: Sequence[tuple[Any, ...]]) -> int:
    """Write rows of the table ``replies``: the whole file or, if interrupted, none.

    :raises DataError: if the file cannot be written
    """
    table = pl.DataFrame(list(rows), schema=_SCHEMA, orient="row")
    try:
        with replaced_file(file) as fresh:
            table.write_parquet(fresh)
    except OSError as error:
        raise DataError(
            f"the file cannot be written ({error})", fix="make room, or name another", file=file
        ) from error
    return table.height


def read_replies(file: Path) -> list[tuple[Any, ...]]:
    """Read such a file.

    :raises DataError: if it cannot be read, or is something else
    """
    fix = "give a file that ReplyCache.export wrote"
    try:
        table = pl.read_parquet(file)
    except (OSError, PolarsError) as error:
        reason = first_line(error)
        raise DataError(f"the file cannot be read ({reason})", fix=fix, file=file) from error
    if table.schema != _SCHEMA:
        raise DataError("the file holds no answers of a language model", fix=fix, file=file)
    return table.drop_nulls(["key", "text"]).rows()
