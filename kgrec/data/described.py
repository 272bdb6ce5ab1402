"""A dataset with descriptions from a file of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kgrec.data.dataset import Dataset
from kgrec.data.descriptions import clean_descriptions
from kgrec.data.quality import Finding, QualityReport
from kgrec.data.schema import DESCRIPTIONS
from kgrec.data.tables import ENDINGS, read_table
from kgrec.errors import DataError


def read_descriptions(data: Dataset, file: Path) -> Dataset:
    """Take the descriptions of a file in the place of those that a dataset has.

    :param file: Parquet or CSV with the columns of the table ``descriptions``
    :raises DataError: if it is missing, broken or without a column that it needs
    """
    if not file.is_file():
        raise DataError("there is no such file", fix="write it with kgrec describe", file=file)
    if file.suffix not in ENDINGS:
        raise DataError("this is no table", fix="give a .parquet or a .csv file", file=file)
    found: list[Finding] = []
    raw = read_table(file, DESCRIPTIONS, {})
    table = clean_descriptions(raw, data.items["item"], file.name, found)
    return replace(data, descriptions=table, quality=data.quality + QualityReport(tuple(found)))
