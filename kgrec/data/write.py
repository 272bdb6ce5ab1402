"""Writing a dataset as a folder in the plain layout."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Literal

import polars as pl

from kgrec.data.atomic import fresh_folder
from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.data.settings import FILE

_OPTIONAL = ("facts", "labels", "extracted", "descriptions")


def write_folder(
    dataset: Dataset, folder: str | Path, *, format: Literal["parquet", "csv"] = "parquet"
) -> None:
    """Write a dataset so that loading the folder gives the same tables again.

    The folder appears only when it is complete. Ontology files are copied into it.

    :param folder: must not exist, or be empty
    :param format: of the tables
    :raises DataError: if something is in the folder already
    """
    with fresh_folder(Path(folder)) as target:
        for name, table in _tables(dataset).items():
            path = target / f"{name}.{format}"
            if format == "csv":
                table.write_csv(path)
            else:
                table.write_parquet(path)
        for file in dataset.info.ontologies:
            shutil.copy(file, target)
        (target / FILE).write_text(_toml(dataset.info), encoding="utf-8")


def _tables(dataset: Dataset) -> dict[str, pl.DataFrame]:
    tables = {name: getattr(dataset, name) for name in ("train", "valid", "test", "items", "users")}
    for name in _OPTIONAL:
        table = getattr(dataset, name)
        if not table.is_empty():
            tables[name] = table
    if dataset.candidates is not None:
        tables["candidates"] = pl.DataFrame({"item": dataset.candidates})
    return tables


def _toml(info: DatasetInfo) -> str:
    values = {
        "name": info.name,
        "licence": info.licence,
        "source": info.source,
        "item_type": info.item_type,
    }
    lines = [f"{key} = {_string(value)}" for key, value in values.items()]
    files = ", ".join(_string(Path(file).name) for file in info.ontologies)
    return "\n".join([*lines, f"ontology = [{files}]", ""])


def _string(value: str) -> str:
    # A JSON string is a TOML string, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
