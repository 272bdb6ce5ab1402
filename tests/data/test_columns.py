from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.data.columns import as_numbers, as_seconds, as_text, plain_numbers, tidy
from kgrec.errors import DataError


def seconds(values: list[object], dtype: pl.DataType | None = None) -> list[int | None]:
    return as_seconds(pl.DataFrame({"t": pl.Series(values, dtype=dtype)}), "t").to_list()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], ["1", "2"]),
        ([1.0, None], ["1", None]),
        ([1.5, 2.0], ["1.5", "2.0"]),
        (["007", ""], ["007", None]),
        ([float("nan"), 3.0], [None, "3"]),
        ([None, None], [None, None]),
    ],
)
def test_ids_become_text_as_they_are_written(values: list[object], expected: list[str]) -> None:
    assert as_text(pl.DataFrame({"id": values}), "id", "f").to_list() == expected


def test_lists_are_multi_valued() -> None:
    assert tidy(pl.Series([["a", "b"], [], None, ["c", None]]), "f").to_list() == [
        "a|b",
        None,
        None,
        "c",
    ]


def test_categories_and_dates_become_text() -> None:
    assert tidy(pl.Series(["a", ""], dtype=pl.Categorical), "f").to_list() == ["a", None]
    assert tidy(pl.Series([date(2024, 5, 31)]), "f").to_list() == ["2024-05-31"]


@pytest.mark.parametrize("values", [[{"a": 1}], [[{"a": 1}]], [b"x"]])
def test_nested_values_are_refused(values: list[object]) -> None:
    with pytest.raises(DataError, match=r"items\.csv, column 'odd'.*; store"):
        tidy(pl.Series("odd", values), "items.csv")


def test_what_is_no_number_becomes_null() -> None:
    frame = pl.DataFrame({"w": ["1", " 2.5 ", "NaN", "", "x", None]})
    assert as_numbers(frame, "w").to_list() == [1.0, 2.5, None, None, None, None]


def test_times_are_read_in_every_usual_form() -> None:
    texts = [
        "0",
        "8.81e8",
        "1970-01-02",
        "1970-01-01 00:01",
        "1970-01-01T00:00:05Z",
        "1970-01-01T01:00:05.7+01:00",
        "soon",
        "",
    ]
    assert seconds(texts) == [0, 881_000_000, 86_400, 60, 5, 5, None, None]


def test_typed_times_are_read() -> None:
    assert seconds([date(1970, 1, 2)]) == [86_400]
    assert seconds([datetime(1970, 1, 1, 0, 1)]) == [60]
    assert seconds([datetime(1970, 1, 1, 0, 1, tzinfo=UTC)]) == [60]
    assert seconds([1.9, float("inf"), float("nan")]) == [1, None, None]


@pytest.mark.parametrize("codes", [["007", "1"], ["1e5"], ["+1"], ["1", "x"], ["1" * 20], [" 1"]])
def test_codes_stay_text(codes: list[str]) -> None:
    assert plain_numbers(pl.Series(codes)).to_list() == codes


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-(10**15) + 1, 10**15 - 1), min_size=1))
def test_whole_numbers_survive_text(numbers: list[int]) -> None:
    assert plain_numbers(pl.Series([str(number) for number in numbers])).to_list() == numbers


def test_numbers_with_a_fraction_become_floats() -> None:
    assert plain_numbers(pl.Series(["1", "2.5", None])).to_list() == [1.0, 2.5, None]


def test_a_list_of_fractions_is_a_vector() -> None:
    values = pl.Series([[0.5, 1.0], None, [float("nan"), 2.0]], dtype=pl.Array(pl.Float32, 2))
    assert tidy(values, "f").to_list() == [[0.5, 1.0], None, [None, 2.0]]
    assert tidy(pl.Series([[1, 2]]), "f").to_list() == ["1|2"]
