import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kgrec.loaders import load
from polars.testing import assert_frame_equal

from kgrec.data import Dataset, DatasetInfo, clean, write_folder
from kgrec.errors import DataError
from kgrec.testing import tiny_dataset

Format = Literal["csv", "parquet"]
TABLES = ("train", "valid", "test", "items", "users", "facts", "labels")

text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ids = text.filter(bool)
attribute = st.lists(st.none() | st.text("ab,\"'\n\r;| é", max_size=5), min_size=3, max_size=3)
number = st.lists(st.none() | st.integers(-5, 2100), min_size=3, max_size=3)


def same(one: Dataset, two: Dataset) -> None:
    for name in TABLES:
        left, right = getattr(one, name), getattr(two, name)
        # A column without any value has no type that CSV could keep.
        known = [column for column in left.columns if left[column].null_count() < left.height]
        assert left.columns == right.columns
        assert_frame_equal(left.select(known), right.select(known))
    assert one.candidates == two.candidates


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    items = draw(st.lists(ids, min_size=3, max_size=3, unique=True))
    users = draw(st.lists(ids, min_size=2, max_size=2, unique=True))
    pairs = draw(st.lists(st.tuples(st.sampled_from(users), st.sampled_from(items)), min_size=1))
    facts = draw(st.lists(st.tuples(st.sampled_from(items), ids, ids), max_size=4))
    tables = {
        "train": pl.DataFrame(pairs, schema=["user", "item"], orient="row"),
        "items": pl.DataFrame(
            {"item": items, "title": draw(attribute), "a": draw(attribute), "year": draw(number)},
            schema_overrides={"title": pl.String, "a": pl.String, "year": pl.Int64},
        ),
        "facts": pl.DataFrame(
            facts, schema=dict.fromkeys(["head", "relation", "tail"], pl.String), orient="row"
        ),
    }
    return clean(tables, DatasetInfo(name=draw(text) or "t", licence=draw(text)))


@settings(max_examples=15, deadline=None)
@given(datasets(), st.sampled_from(["csv", "parquet"]))
def test_a_written_dataset_comes_back(data: Dataset, format: Format) -> None:
    with tempfile.TemporaryDirectory() as name:
        write_folder(data, Path(name), format=format)
        again = load(name)
    same(data, again)
    assert (again.info.name, again.info.licence) == (data.info.name, data.info.licence)


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_the_tiny_world_comes_back(tmp_path: Path, format: Format) -> None:
    data = replace(tiny_dataset(), candidates=("1", "2"))
    write_folder(data, tmp_path / "d", format=format)
    again = load(tmp_path / "d")
    same(data, again)
    assert again.info == data.info
    assert again.quality.findings == ()


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_what_facts_and_interactions_carry_comes_back(tmp_path: Path, format: Format) -> None:
    ends = {"head": ["1", "1"], "relation": ["by", "by"], "tail": ["x", "x"]}
    carried = {"weight": [1.0, 0.5], "timestamp": [None, 7], "event": ["a", None]}
    cells = ['{"roles": ["Neo, \\"the one\\""]}', None]
    train = {"user": ["u", "v"], "item": ["1", "1"], "properties": cells}
    tables = {
        "train": pl.DataFrame(train),
        "facts": pl.DataFrame({**ends, **carried, "properties": cells}),
    }
    data = clean(tables, DatasetInfo("carrying"))
    assert data.facts.select(*carried, "properties").rows() == [
        (1.0, None, "a", cells[0]),
        (0.5, 7, None, None),
    ]
    write_folder(data, tmp_path / "folder", format=format)
    same(data, load(tmp_path / "folder"))


def test_ontology_files_travel_with_the_data(tmp_path: Path) -> None:
    (tmp_path / "my.ttl").write_text("# mine")
    data = tiny_dataset()
    info = replace(data.info, ontologies=(str(tmp_path / "my.ttl"),))
    write_folder(replace(data, info=info), tmp_path / "d")
    assert load(tmp_path / "d").info.ontologies == (str((tmp_path / "d" / "my.ttl").resolve()),)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("precious")
    with pytest.raises(DataError, match="something is there already"):
        write_folder(tiny_dataset(), tmp_path)
