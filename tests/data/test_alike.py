from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.data.alike import alike

WORDS = st.lists(st.text("abcABC", min_size=1, max_size=5), max_size=8)


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("Flim", ["Person", "Film"], ["Film"]),
        ("COMDY", ["Comedy", "comedy", "Drama"], ["Comedy"]),
        ("genres", ["starring", "has_genre"], ["has_genre"]),
        ("abcd", ["abcx", "zzzz", "abcy", "bcda", "abcdx"], ["abcdx", "abcx", "abcy"]),
        ("zzz", ["Film"], []),
        ("", ["Film"], []),
    ],
)
def test_what_looks_like_it_is_found(name: str, known: list[str], meant: list[str]) -> None:
    assert alike(name, known) == meant


@given(st.text("abcABC", min_size=1, max_size=5), WORDS, st.integers(1, 4))
def test_a_known_name_is_the_nearest_to_itself(name: str, others: list[str], most: int) -> None:
    found = alike(name, [name, *others], most)
    assert found[0] == name
    assert len(found) <= most
    assert len({each.casefold() for each in found}) == len(found)
    assert set(found) <= {name, *others}
