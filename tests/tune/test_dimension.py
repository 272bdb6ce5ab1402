from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import ConfigError
from kgrec.tune import Dimension

NUMBERS = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6))


@given(NUMBERS, NUMBERS, NUMBERS)
def test_an_interval_holds_both_ends_and_what_lies_between(a: float, b: float, c: float) -> None:
    low, middle, high = sorted((a, b, c))
    if low < high:
        interval = Dimension(low, high)
        assert all(value in interval for value in (low, middle, high))
        assert high + 1 not in interval
        assert interval.extremes == (low, high)
        assert Dimension(**interval.to_dict()) == interval


def test_choices_hold_what_they_list() -> None:
    choices = Dimension(choices=["a", None, 2])  # type: ignore[arg-type]
    assert "a" in choices
    assert None in choices
    assert 3 not in choices
    assert Dimension(**choices.to_dict()) == choices


def test_texts_and_truth_are_in_no_interval() -> None:
    assert "1" not in Dimension(0, 2)
    assert True not in Dimension(0, 2)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "needs two numbers low and high, or choices"),
        ({"low": 1}, "needs two numbers"),
        ({"low": True, "high": 2}, "needs two numbers"),
        ({"low": "a", "high": "b"}, "needs two numbers"),
        ({"low": 1, "high": 2, "log": "yes"}, "log is true or false"),
        ({"low": 2, "high": 2}, r"low \(2\) must be below high \(2\)"),
        ({"low": float("nan"), "high": 2}, "must be below"),
        ({"low": 0, "high": 2, "log": True}, "with log, low must be above 0, not 0"),
        ({"choices": [1], "low": 0}, "with choices there is no low"),
        ({"choices": [[1]]}, "a choice is a number, a text"),
        ({"choices": "abc"}, "choices is a list"),
    ],
)
def test_what_leaves_no_value_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        Dimension(**given)
