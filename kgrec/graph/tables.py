"""Reading the files of a graph's folder, with one sentence for whatever is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.errors import RunError
from kgrec.graph.schema import EDGES


def read_table(path: Path, schema: pl.Schema) -> pl.DataFrame:
    """Read a Parquet table.

    :raises RunError: if it is missing or broken, or has other columns than ``schema``
    """
    table = _read(path)
    if table.schema != schema:
        raise RunError(f"{path}: its columns are not those of a graph; build the graph again.")
    return table


def read_edges(path: Path, *, first: bool = False) -> pl.DataFrame:
    """Read edges.

    :param first: whether the folder is of format 1, with neither an event nor properties
    :raises RunError: as :func:`read_table`
    """
    added = ("event", "properties") if first else ()
    table = read_table(path, pl.Schema({name: EDGES[name] for name in EDGES if name not in added}))
    filled = table.with_columns(pl.lit(None, EDGES[name]).alias(name) for name in added)
    return filled.select(EDGES.names())


def read_json(path: Path) -> Any:
    """Read a JSON file.

    :raises RunError: if it is missing or broken
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path}: the file is missing; build the graph again.") from error
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: the file is broken; build the graph again.") from error


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, glob=False, hive_partitioning=False)
    except FileNotFoundError as error:
        raise RunError(f"{path}: the file is missing; build the graph again.") from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RunError(f"{path}: the file is broken; build the graph again.") from error
