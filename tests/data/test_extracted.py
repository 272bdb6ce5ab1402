from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from kgrec.loaders import load

from kgrec.data import Dataset, DatasetInfo, clean, write_folder
from kgrec.data.extracted import EXTRACTED_COLUMNS
from kgrec.errors import DataError

TRAIN = {"user": ["u", "u", "v"], "item": ["1", "2", "1"]}
ROW = {"head": "1", "relation": "mentions", "tail": "2", "state": "accepted"}


def cleaned(*rows: dict[str, object]) -> Dataset:
    table = pl.concat([pl.DataFrame([row]) for row in rows], how="diagonal")
    return clean({"train": pl.DataFrame(TRAIN), "extracted": table}, DatasetInfo("made"))


def test_a_plain_table_is_completed() -> None:
    table = cleaned(ROW, {**ROW, "tail": "somebody"}).extracted
    assert table.schema == pl.Schema(EXTRACTED_COLUMNS)
    assert table["tail_kind"].to_list() == ["item", "entity"]
    assert table["asserted_by"].to_list() == ["model", "model"]
    assert table["proposed"].equals(table["state"], check_names=False)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"head": "gone"}, "no item"),
        ({"state": "maybe"}, "a state is"),
        ({"tail": None}, "nobody says which node"),
        ({"tail": "gone", "tail_kind": "item"}, "neither an item"),
        ({"tail": "u", "tail_kind": "user"}, "neither an item"),
        ({"asserted_by": "catalog"}, "asserted by"),
        ({"relation": ""}, "empty"),
    ],
)
def test_a_bad_row_is_set_aside_with_a_reason(change: dict[str, object], problem: str) -> None:
    data = cleaned(ROW, {**ROW, "tail": "x", **change})
    assert data.extracted.height == 1
    assert any(problem in finding.problem for finding in data.quality.findings)


def test_a_claim_that_waits_need_not_say_its_tail() -> None:
    data = cleaned(ROW, {**ROW, "tail": None, "tail_label": "Bob", "state": "quarantined"})
    assert data.extracted["state"].to_list() == ["accepted", "quarantined"]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="state"):
        cleaned({"head": "1", "relation": "mentions", "tail": "2"})


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_a_folder_keeps_the_table(tmp_path: Path, format: str) -> None:
    row = {**ROW, "start": 3, "end": 9, "judged": True, "quote": "one, two"}
    data = cleaned(row, {**ROW, "tail": None, "tail_label": "Bob", "state": "rejected"})
    write_folder(data, tmp_path / "copy", format=format)  # type: ignore[arg-type]
    again = load(tmp_path / "copy").extracted
    assert again.equals(data.extracted)
    assert replace(data, extracted=again).extracted["judged"].to_list() == [True, False]
