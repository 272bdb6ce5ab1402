import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.data import DatasetInfo, clean
from kgrec.data.quality import REMOVING
from kgrec.errors import DataError

INFO = DatasetInfo(name="t")
rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "", None]),
        st.sampled_from(["1", "2", "3", None]),
        st.sampled_from(["1", "2", "-1", "NaN", None]),
        st.sampled_from(["1", "5", "soon", None]),
    ),
    max_size=30,
)


def events(rows: object) -> pl.DataFrame:
    names = ["user", "item", "weight", "timestamp"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(rows, rows, rows)
def test_no_row_is_lost(train: object, valid: object, test: object) -> None:
    good = events([("a", "1", "1", "1")])
    tables = {
        "train": pl.concat([events(train), good]),
        "valid": events(valid),
        "test": events(test),
    }
    data = clean(tables, INFO)
    for name, table in tables.items():
        removed = data.quality.count(*REMOVING, table=name)
        assert getattr(data, name).height + removed == table.height


@settings(max_examples=40, deadline=None)
@given(rows)
def test_every_row_refers_to_something_that_exists(train: object) -> None:
    data = clean({"train": pl.concat([events(train), events([("a", "1", "1", "1")])])}, INFO)
    assert set(data.train["item"]) | set(data.valid["item"]) == set(data.items["item"])
    assert set(data.train["user"]) | set(data.valid["user"]) == set(data.users["user"])


def test_train_alone_gives_up_a_part_for_valid() -> None:
    train = {"user": ["a"] * 5, "item": list("12345"), "timestamp": [1, 2, 3, 4, 5]}
    data = clean({"train": pl.DataFrame(train)}, INFO)
    assert data.valid["item"].to_list() == ["5"]
    assert data.test.is_empty()
    assert data.test.columns == data.train.columns


def test_an_empty_valid_is_taken_as_it_is() -> None:
    train = pl.DataFrame({"user": ["a"] * 5, "item": list("12345")})
    data = clean({"train": train, "valid": train.clear()}, INFO)
    assert data.train.height == 5
    assert [finding.table for finding in data.quality.findings] == ["valid"]


def test_splits_get_the_same_columns() -> None:
    train = pl.DataFrame({"user": ["a"], "item": ["1"], "timestamp": [3]})
    test = pl.DataFrame({"user": ["a"], "item": ["2"], "rating": [4.0]})
    data = clean({"train": train, "valid": test.clear(), "test": test}, INFO)
    assert data.train.columns == data.test.columns
    assert data.test["timestamp"].to_list() == [None]


def test_events_are_split() -> None:
    data = clean({"events": pl.DataFrame({"user": ["a"] * 5, "item": list("12345")})}, INFO)
    assert (data.train.height, data.valid.height, data.test.height) == (3, 1, 1)


def test_facts_can_add_items_and_users() -> None:
    facts = pl.DataFrame(
        {
            "head": ["9"],
            "relation": ["r"],
            "tail": ["z"],
            "head_kind": ["item"],
            "tail_kind": "user",
        }
    )
    train = pl.DataFrame({"user": ["a"], "item": ["1"]})
    data = clean({"train": train, "items": train.select("item"), "facts": facts}, INFO)
    assert data.items["item"].to_list() == ["1", "9"]
    assert data.users["user"].to_list() == ["a", "z"]
    assert data.quality.count("added") == 1  # there is no table of users that could lack one


def test_a_label_names_an_item_unless_an_entity_has_the_id() -> None:
    tables = {
        "train": pl.DataFrame({"user": ["a", "a"], "item": ["1", "2"]}),
        "labels": pl.DataFrame({"entity": ["1", "2"], "label": ["One", "Two"]}),
        "facts": pl.DataFrame(
            {"head": ["1"], "relation": ["r"], "tail": ["2"], "tail_kind": ["entity"]}
        ),
    }
    assert clean(tables, INFO).items["title"].to_list() == ["One", "2"]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, "neither a table 'events' nor a table 'train'"),
        ({"trian": events([])}, "no table 'trian', did you mean 'train'"),
        ({"events": events([]), "test": events([])}, "'events' and a table 'test'"),
        ({"train": events([])}, "train: the table is empty"),
        ({"train": events([("a", "1", "-1", "1")])}, "none of the 1 rows can be used .*negative"),
        ({"train": 3}, "train: a int is no table"),
    ],
)
def test_what_cannot_be_used(tables: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        clean(tables, INFO)


def test_pandas_and_arrow_come_in() -> None:
    frame = pl.DataFrame({"user": ["a"], "item": ["1"]})
    for table in (frame.to_pandas(), frame.to_arrow(), frame.lazy()):
        assert clean({"train": table}, INFO).train.height == 1
