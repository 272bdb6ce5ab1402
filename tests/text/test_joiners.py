from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.text.joiners import is_joiner, shown


@pytest.mark.parametrize(
    ("text", "joins"),
    [
        ("می\u200cخواهد", True),
        ("क्\u200dष", True),
        ("👨\u200d🍳", True),
        ("\u200cab", False),
        ("ab\u200c", False),
        ("ab \u200dc", False),
        ("a\u200c\u200cb", False),
        ("a\u202eb", False),
    ],
)
def test_joiners_stand_within_words(text: str, joins: bool) -> None:
    assert any(is_joiner(text, at) for at in range(len(text))) == joins


@given(st.text(st.sampled_from("aب् \u200c\u200d\u202e\x00👨.1")))
def test_what_is_shown_has_no_other_controls_and_stays_as_it_is(text: str) -> None:
    plain = shown(text)
    assert len(plain) == len(text)
    assert shown(plain) == plain
    assert plain.replace("\u200c", "").replace("\u200d", "").isprintable()
    assert all(one in (other, " ") for one, other in zip(plain, text, strict=True))
