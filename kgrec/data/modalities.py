"""Vectors in ``.npy`` files beside the tables, as columns of them.

::

    [modalities]
    image = "image.npy"                                  # a row for each row of items
    logo = { file = "logo.npy", table = "labels" }       # of labels
    sound = { file = "sound.npy", ids = "sound.csv" }    # a row for each id in another table
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from kgrec.data.columns import as_text
from kgrec.data.schema import SCHEMAS
from kgrec.data.settings import FILE, Modality
from kgrec.data.tables import ENDINGS, read_table
from kgrec.errors import DataError, first_line

_ROWS = 4_096  # checked at a time: the file may be larger than memory would like


def with_modalities(
    tables: Mapping[str, pl.DataFrame], modalities: Mapping[str, Modality], folder: Path
) -> dict[str, pl.DataFrame]:
    """Give ``items`` and ``labels`` a column for each modality.

    Files are mapped into memory and never unpickled. A row of zeros is no vector.

    :param tables: as they were read
    :param modalities: from ``dataset.toml``
    :raises DataError: if a file is missing or no matrix of fractions, holds a number that is not
        finite, or has another number of rows than its table
    """
    result = dict(tables)
    for name, source in modalities.items():
        vectors = _column(name, open_matrix(folder / source.file))
        table = result.get(source.table)
        if table is not None and name in table.columns:
            raise DataError(
                f"the table has a column of this name, and {FILE} a modality",
                fix="rename one of the two",
                file=source.table,
                column=name,
            )
        if source.ids is not None:
            result[source.table] = _by_id(table, vectors, source, folder)
        else:
            result[source.table] = _by_row(table, vectors, source)
    return result


def open_matrix(path: Path) -> npt.NDArray[Any]:
    """Map a matrix of finite fractions, shape ``(n, m)``.

    :raises DataError: if it is none; says the row
    """
    if not path.is_file():
        raise DataError(
            "the file does not exist", fix="write its path relative to the folder", file=path
        )
    try:
        matrix = np.load(path, mmap_mode="r")  # which never unpickles
    except (ValueError, OSError, EOFError, SyntaxError) as error:
        raise DataError(
            f"the file is no array of numbers ({first_line(error)})",
            fix="write it with numpy.save",
            file=path,
        ) from None
    if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or matrix.dtype.kind != "f":
        shape = f"{matrix.dtype} of the shape {matrix.shape}" if hasattr(matrix, "shape") else "zip"
        raise DataError(
            f"the file holds {shape} and no matrix of fractions",
            fix="store float32, one row a vector",
            file=path,
        )
    for start in range(0, len(matrix), _ROWS):
        with np.errstate(over="ignore"):
            block = np.asarray(matrix[start : start + _ROWS], dtype=np.float32)
        bad = np.flatnonzero(~np.isfinite(block).all(axis=1))
        if bad.size:
            raise DataError(
                "the row holds a number that is not finite",
                fix="write zeros where there is no vector",
                file=path,
                row=start + int(bad[0]) + 1,
            )
    return matrix


def _column(name: str, matrix: npt.NDArray[Any]) -> pl.Series:
    values = np.asarray(matrix, dtype=np.float32)
    column = pl.Series(name, values, dtype=pl.Array(pl.Float32, values.shape[1]))
    return column.cast(pl.List(pl.Float32)).set(pl.Series(~values.any(axis=1)), None)


def _by_row(table: pl.DataFrame | None, vectors: pl.Series, source: Modality) -> pl.DataFrame:
    if table is None:
        raise DataError(
            f"there is no table '{source.table}' whose rows the vectors could belong to",
            fix='name a table with their ids: { file = "…", ids = "…" }',
            file=source.file,
        )
    if len(vectors) != table.height:
        raise DataError(
            f"the file has {len(vectors):,} rows and the table '{source.table}' {table.height:,}",
            fix='write a row for each, or name a table with their ids: { file = "…", ids = "…" }',
            file=source.file,
        )
    return table.with_columns(vectors)


def _by_id(
    table: pl.DataFrame | None, vectors: pl.Series, source: Modality, folder: Path
) -> pl.DataFrame:
    """Vectors of ids that the table does not have are passed over, unless it has none of them."""
    key, file = SCHEMAS[source.table].required[0], str(source.ids)
    path = folder / file
    if not path.is_file() or path.suffix not in ENDINGS:
        raise DataError(
            "the table of ids does not exist",
            fix=f"write a .csv or .parquet with a column '{key}'",
            file=path,
        )
    ids = read_table(path, SCHEMAS["candidates"], {})
    if key not in ids.columns:
        raise DataError("the column is missing", fix="add it", file=file, column=key)
    if ids.height != len(vectors):
        raise DataError(
            f"the table has {ids.height:,} rows and '{source.file}' {len(vectors):,}",
            fix="write an id for each row",
            file=file,
        )
    named = pl.DataFrame([as_text(ids, key, file), vectors])
    twice = named[key].is_duplicated().arg_true()
    if len(twice):
        raise DataError(
            "the id is there twice", fix="leave one", file=file, row=int(twice[0]) + 1, column=key
        )
    if table is None:
        return named
    joined = table.with_columns(as_text(table, key, source.table)).join(
        named, on=key, how="left", maintain_order="left"
    )
    if joined[vectors.name].null_count() == joined.height > 0:
        raise DataError(
            f"none of the ids is in the table '{source.table}'", fix="mend them", file=file
        )
    return joined
