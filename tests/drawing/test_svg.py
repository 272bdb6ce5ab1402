from __future__ import annotations

from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from kgrec.drawing.svg import canvas, draw, render, shorten, text_width, wrap


@given(st.text(), st.floats(20, 300))
def test_a_shortened_line_fits(text: str, width: float) -> None:
    assert text_width(shorten(text, 10, width), 10) <= width


@given(st.text(), st.integers(1, 4))
def test_wrapped_lines_fit_and_lose_nothing_without_a_sign(text: str, lines: int) -> None:
    wrapped = wrap(text, 10, 120, lines)
    assert len(wrapped) <= lines
    assert all(text_width(line, 10) <= 120 for line in wrapped)
    if not any(line.endswith("…") for line in wrapped):
        assert " ".join(wrapped) == " ".join(text.split())


def test_words_are_not_torn() -> None:
    assert wrap("The Crooked Lantern", 10, 75) == ["The Crooked", "Lantern"]


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_makes_well_formed_xml(text: str) -> None:
    root = canvas(10, 10, "picture")
    draw(root, "text", text, class_=text)
    assert fromstring(render(root)) is not None
