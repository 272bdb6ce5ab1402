from pathlib import Path

import pytest
from kgrec.loaders import load

from kgrec.data import Dataset
from kgrec.errors import DataError


def write(folder: Path, **tables: str) -> Path:
    for name, text in tables.items():
        stem, _, ending = name.partition("_")
        (folder / f"{stem}.{ending or 'csv'}").write_text(text)
    return folder


def folder_of(folder: Path, **tables: str) -> Dataset:
    return load(write(folder, **tables))


def test_every_table_without_configuration(tmp_path: Path) -> None:
    data = folder_of(
        tmp_path,
        train="user,item\n007,1e5\n007,2\n",
        valid="user,item\n007,3\n",
        test="user,item\n8,2\n",
        items="item,title,genres\n1e5,Film,a|b\n2,Two,\n4,Four,\n",
        users="user,age\n007,30\n",
        facts="head,relation,tail\n1e5,directed_by,dbr:X\n",
        labels="entity,label,type\ndbr:X,Xenia,Person\n",
        candidates="item\n2\n1e5\n",
    )
    assert data.train.rows() == [("007", "1e5", 1.0), ("007", "2", 1.0)]
    assert data.items.rows()[0] == ("1e5", "Film", "a|b")
    assert data.items["item"].to_list() == ["1e5", "2", "4", "3"]
    assert data.users.rows() == [("007", 30), ("8", None)]
    assert data.facts.rows() == [("1e5", "directed_by", "dbr:X", "item", "entity")]
    assert data.labels.rows() == [("dbr:X", "Xenia", "Person", None)]
    assert data.candidates == ("1e5", "2")
    assert [(f.table, f.action) for f in data.quality.findings] == [
        ("items.csv", "added"),
        ("users.csv", "added"),
    ]


def test_names_that_differ(tmp_path: Path) -> None:
    data = folder_of(
        tmp_path,
        events="uid,item,stars\na,1,5\na,2,3\n",
        dataset_toml='[columns.events]\nuser = "uid"\nrating = "stars"\n[events]\nmin_rating = 4\n',
    )
    assert data.train.rows() == [("a", "1", 1.0, 5.0)]
    assert data.quality.count("ruled out", table="events.csv") == 1


def test_a_mapping_holds_for_fixed_splits_too(tmp_path: Path) -> None:
    data = folder_of(
        tmp_path,
        train="uid,item\na,1\n",
        test="uid,item\na,2\n",
        dataset_toml='[columns.events]\nuser = "uid"\n',
    )
    assert (data.train.height, data.test.height) == (1, 1)


def test_an_empty_optional_table(tmp_path: Path) -> None:
    data = folder_of(tmp_path, train="user,item\na,1\n", facts="head,relation,tail\n")
    assert str(data.quality) == (
        "facts.csv: 0 rows kept: the table is empty; delete it or fill it."
    )


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"train": "user,item\n"}, r"train\.csv: the table is empty"),
        ({"event": "user,item\na,1\n"}, "neither .* is it 'event'"),
        ({"train": "userid,item\na,1\n"}, "did you mean 'userid'"),
        ({"train": "user,item\na,1\n", "train_parquet": ""}, "there twice"),
        ({"train": "user,item\na,1\n", "items_parquet": "junk"}, r"items\.parquet.* Parquet"),
        ({"train": "user,item\na,1,2\n"}, r"train\.csv, row 1"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, tables: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        folder_of(tmp_path, **tables)
    assert "\n" not in str(caught.value)
