import polars as pl
import pytest

from kgrec.data.schema import EVENTS, closest, require_columns
from kgrec.errors import DataError


def test_a_missing_column_names_the_likeliest_one() -> None:
    frame = pl.DataFrame({"user_id": ["1"], "item": ["2"]})
    with pytest.raises(DataError) as caught:
        require_columns(frame, EVENTS, "train.csv")
    text = str(caught.value)
    assert "train.csv, column 'user'" in text
    assert "'user_id', 'item'" in text
    assert '[columns.events] user = "user_id"' in text


def test_a_wrong_separator_is_recognised() -> None:
    with pytest.raises(DataError, match="separate the columns with commas"):
        require_columns(pl.DataFrame({"user;item": ["1;2"]}), EVENTS, "train.csv")


def test_closest() -> None:
    assert closest("Evnts", ["events", "items"]) == "events"
    assert closest("zzz", ["events"]) is None
