from pathlib import Path

import polars as pl
import pytest
from kgrec.loaders import recbole

from kgrec.errors import DataError

FILES = {
    "d.inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    "u\t1\t4\t8.8e8\nu\t01\t5\t880000001\nv\t1\tbad\t3\n",
    "d.item": "item_id:token\tmovie_title:token_seq\tclass:token_seq\tprice:float\n"
    '1\tThe "Net\tAction Sci-Fi\t2.50\n01\tTwo\t\t\n',
    "d.user": "user_id:token\tage:token\nu\t24\n",
    "d.kg": "head_id:token\trelation_id:token\ttail_id:token\nm.1\tby\tm.9\nm.9\tmade\tm.1\n",
    "d.link": "item_id:token\tentity_id:token\n1\tm.1\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_all_files(tmp_path: Path) -> None:
    data = recbole.load(write(tmp_path, FILES))
    assert data.train.rows() == [
        ("u", "1", 1.0, 880_000_000, 4.0),
        ("u", "01", 1.0, 880_000_001, 5.0),
    ]
    assert data.items.rows() == [("1", 'The "Net', "Action|Sci-Fi", 2.5), ("01", "Two", None, None)]
    assert data.items.columns == ["item", "title", "genres", "price"]
    assert data.users.rows() == [("u", "24")]
    assert data.facts.rows() == [
        ("1", "by", "m.9", "item", "entity"),
        ("m.9", "made", "1", "entity", "item"),
    ]
    assert [(f.table, f.column, f.rows) for f in data.quality.findings] == [
        ("d.inter", "rating", 1)
    ]


def test_a_fixed_split(tmp_path: Path) -> None:
    header = "user_id:token\titem_id:token\n"
    files = {f"d.{part}.inter": f"{header}u\t{part}\n" for part in ("train", "valid", "test")}
    data = recbole.load(write(tmp_path, {**files, "d.inter": f"{header}u\tx\n"}))
    for part in ("train", "valid", "test"):
        assert getattr(data, part)["item"].to_list() == [part]


def test_dataset_toml_is_obeyed(tmp_path: Path) -> None:
    toml = 'name = "mine"\n[events]\nmin_rating = 5\n[columns.items]\nkind = "genres"\n'
    data = recbole.load(write(tmp_path, {**FILES, "dataset.toml": toml}))
    assert data.info.name == "mine"
    assert data.train["item"].to_list() == ["01"]
    assert "kind" in data.items.columns


def test_an_entity_of_two_items_is_both() -> None:
    facts = pl.DataFrame({"head": ["m.1"], "relation": ["by"], "tail": ["m.9"]})
    link = pl.DataFrame({"item": ["1", "2"], "entity": ["m.1", "m.1"]})
    assert recbole.linked(facts, link)["head"].to_list() == ["1", "2"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"d.inter": "user_id\titem_id\na\t1\n"}, r"d\.inter, column 'user_id': .*no type"),
        ({"d.inter": "user_id:token\ta:b\na\t1\n"}, "column 'a:b'"),
        ({"d.inter": FILES["d.inter"], "e.inter": FILES["d.inter"]}, "two files of this kind"),
        ({"d.inter": "user_id:token\titem_id:token\na\t1\t2\n"}, "not a readable atomic file"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        recbole.load(write(tmp_path, files))
