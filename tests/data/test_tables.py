from pathlib import Path

import polars as pl
import pytest

from kgrec.data.schema import EVENTS, ITEMS
from kgrec.data.tables import find_table, read_table
from kgrec.errors import DataError


def csv(folder: Path, text: str | bytes, name: str = "train.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_ids_in_csv_stay_text(tmp_path: Path) -> None:
    path = csv(tmp_path, "user,item\n007,1e5\n1,2\n")
    assert read_table(path, EVENTS, {}).rows() == [("007", "1e5"), ("1", "2")]


def test_only_attributes_become_numbers(tmp_path: Path) -> None:
    path = csv(tmp_path, "item,title,year,zip\n1,1984,1949,01234\n", "items.csv")
    assert read_table(path, ITEMS, {}).rows() == [("1", "1984", 1949, "01234")]


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    assert read_table(csv(tmp_path, "\ufeffuser,item\n1,2\n"), EVENTS, {}).columns == [
        "user",
        "item",
    ]


def test_a_row_with_too_many_values_is_found(tmp_path: Path) -> None:
    path = csv(tmp_path, 'user,item\n1,"a, b"\n2,c,d\n')
    with pytest.raises(DataError, match=r"train\.csv, row 2: the row has 3 values under 2 columns"):
        read_table(path, EVENTS, {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('user,item\n1,"x\n', "every quote is closed"),
        (b"user,item\n1,\xff\n", "not UTF-8 text"),
        ("", "the file is empty"),
        ("\n\n", "not a readable CSV file"),
    ],
)
def test_a_broken_csv_file(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_table(csv(tmp_path, content), EVENTS, {})
    assert "train.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not Parquet at all", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_a_broken_parquet_file(tmp_path: Path, content: bytes) -> None:
    path = csv(tmp_path, content, "train.parquet")
    with pytest.raises(DataError, match=r"train\.parquet: the file is not a readable Parquet file"):
        read_table(path, EVENTS, {})


def test_half_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    pl.DataFrame({"user": ["1"] * 1000, "item": ["2"] * 1000}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(DataError, match=r"train\.parquet"):
        read_table(path, EVENTS, {})


def test_two_files_for_one_table(tmp_path: Path) -> None:
    csv(tmp_path, "user,item\n")
    csv(tmp_path, "", "train.parquet")
    with pytest.raises(DataError, match=r"twice, as train\.parquet and as train\.csv"):
        find_table(tmp_path, "train")


def test_no_file(tmp_path: Path) -> None:
    assert find_table(tmp_path, "train") is None


def test_columns_are_renamed(tmp_path: Path) -> None:
    path = csv(tmp_path, "uid,item\n1,2\n")
    assert read_table(path, EVENTS, {"user": "uid"}).columns == ["user", "item"]


def test_two_columns_can_change_places(tmp_path: Path) -> None:
    path = csv(tmp_path, "item,user\n1,2\n")
    assert read_table(path, EVENTS, {"user": "item", "item": "user"}).columns == ["user", "item"]


def test_a_mapping_to_a_column_that_does_not_exist(tmp_path: Path) -> None:
    path = csv(tmp_path, "userid,item\n1,2\n")
    with pytest.raises(DataError, match="did you mean 'userid'"):
        read_table(path, EVENTS, {"user": "user_id"})


def test_a_mapping_to_a_name_that_is_taken(tmp_path: Path) -> None:
    path = csv(tmp_path, "user,uid,item\n1,2,3\n")
    with pytest.raises(DataError, match=r"column 'user': .* gives this name to 'uid'"):
        read_table(path, EVENTS, {"user": "uid"})
