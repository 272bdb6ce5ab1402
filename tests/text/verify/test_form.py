from __future__ import annotations

import pytest

from kgrec.text.asking import RefusedError
from kgrec.text.grounds import Grounds
from kgrec.text.verify.form import check_form

BLACK_HOUSE = Grounds("item:1", "خانه\u200cی سیاه", text="او می\u200cخواهد به خانه برود.")


def test_joiners_are_as_good_as_letters_where_the_grounds_have_them() -> None:
    text = "خانه\u200cی سیاه. او می\u200cخواهد به خانه برود."
    check_form(text, BLACK_HOUSE)
    with pytest.raises(RefusedError, match=r"U\+200C"):
        check_form(text, Grounds("item:1", "خانه سیاه"))


@pytest.mark.parametrize(
    "text", ["خانه\u200c سیاه", "\u200cخانه", "خانه\u200c\u200cی", "خا\u202eنه"]
)
def test_elsewhere_they_are_controls(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check_form(text, BLACK_HOUSE)
    assert refused.value.reason == "control"
