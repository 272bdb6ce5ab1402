from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from kgrec.loaders import load

from kgrec.data import write_folder
from kgrec.data.described import read_descriptions
from kgrec.data.descriptions import SCHEMA, clean_descriptions
from kgrec.data.quality import Finding
from kgrec.errors import DataError
from kgrec.testing import tiny_dataset, write_tiny_folder

ITEMS = pl.Series(["1", "2"])


def cleaned(**columns: list[object]) -> tuple[pl.DataFrame, list[Finding]]:
    found: list[Finding] = []
    raw = pl.DataFrame(columns)
    return clean_descriptions(raw, ITEMS, "descriptions.csv", found), found


def test_kinds_are_found_out_as_for_facts() -> None:
    table, found = cleaned(id=["1", "e"], text=["One.", "E."])
    assert table.rows() == [
        ("1", "item", "One.", "given", False, None),
        ("e", "entity", "E.", "given", False, None),
    ]
    assert table.schema == SCHEMA
    assert not found
    table, _ = cleaned(id=[1], text=["E."], kind=["entity"])
    assert table["kind"].to_list() == ["entity"]


def test_bad_rows_lose_no_good_one() -> None:
    table, found = cleaned(
        id=["1", "2", "1", None, "e", "u", "x"],
        text=["One.", "  ", "Another.", "Nobody.", "E.", "U.", "X."],
        kind=[None, None, None, None, None, "user", None],
        verified=["true", None, "1", None, "no idea", None, "False"],
        evidence=["[]", None, None, None, None, None, "{broken"],
    )
    assert table.select("id", "verified", "evidence").rows() == [
        ("1", True, "[]"),
        ("x", False, None),
    ]
    assert sum(each.rows for each in found if each.action == "set aside") == 5
    assert any("no JSON" in each.problem for each in found)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="text"):
        cleaned(id=["1"])


def test_no_table_is_an_empty_one() -> None:
    assert clean_descriptions(None, ITEMS, "", []).is_empty()
    assert tiny_dataset().descriptions.schema == SCHEMA


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_folder_keeps_them(tmp_path: Path, format: str) -> None:
    folder = tmp_path / "one"
    write_tiny_folder(folder)
    table = pl.DataFrame(
        {"id": ["1"], "text": ["A, film\n“of” kites."], "source": ["api"], "verified": [True]}
    )
    table.write_csv(folder / "descriptions.csv")
    data = load(folder)
    assert data.descriptions.row(0) == ("1", "item", "A, film\n“of” kites.", "api", True, None)
    write_folder(data, tmp_path / "two", format=format)  # type: ignore[arg-type]
    assert load(tmp_path / "two").descriptions.equals(data.descriptions)


def test_a_file_takes_the_place_of_the_table(tmp_path: Path) -> None:
    file = tmp_path / "texts.parquet"
    pl.DataFrame({"id": ["2", "2"], "text": ["Two.", "Again."]}).write_parquet(file)
    data = read_descriptions(tiny_dataset(), file)
    assert data.descriptions["text"].to_list() == ["Two."]
    assert data.quality.set_aside == 1
    with pytest.raises(DataError, match="no such file"):
        read_descriptions(data, tmp_path / "none.parquet")
    (tmp_path / "x.txt").write_text("id,text\n")
    with pytest.raises(DataError, match="no table"):
        read_descriptions(data, tmp_path / "x.txt")
