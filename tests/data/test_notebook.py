from __future__ import annotations

import polars as pl
import pytest

from kgrec.data import Dataset, DatasetInfo, clean
from kgrec.testing import tiny_dataset

EVIL = "<script>alert(1)</script>"


def test_a_dataset_shows_tables_split_and_licence() -> None:
    page = tiny_dataset()._repr_html_()
    for word in (
        "Tables",
        "Split",
        "76.9%",
        "licence",
        "head, relation, tail",
        "set nothing aside",
    ):
        assert word in page
    assert page.count("2021-") >= 3


@pytest.fixture
def hostile() -> Dataset:
    events = {"user": [EVIL, EVIL, "b"], "item": [EVIL, EVIL, None]}
    tables = {"train": pl.DataFrame(events)}
    return clean(tables, DatasetInfo(EVIL, source=EVIL, licence=EVIL, item_type="Item"))


def test_names_are_escaped_and_findings_are_told(hostile: Dataset) -> None:
    page = hostile._repr_html_()
    assert EVIL not in page
    assert page.count("&lt;script&gt;") >= 3
    assert "What reading it found: 2 findings, 1 row set aside" in page
    assert "merged" in page
