from __future__ import annotations

import html

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.text.plain import looks_like_markup, plain_text, plain_texts


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<p>Tom &amp; <b>J</b>erry<br/>1940</p>", "Tom & Jerry 1940"),
        ("A<!-- hidden -->B", "A B"),
        ("a <script>alert('x')</script> b", "a b"),
        ("<style>p { color: red }</style>Red", "Red"),
        ('<a href="x" onclick="steal()">A link</a> ends', "A link ends"),
        ("<ul><li>one</li><li>two</li></ul>", "one two"),
        ("Caf&eacute; &#8212; &#x4e2d;文", "Café — 中文"),
        ("<!DOCTYPE html><html><body>Page</body></html>", "Page"),
        ("<p>1 < 2 and a <unknown> one", "1 < 2 and a one"),
        ("<br>never closed <a ", "never closed <a"),
        ("<p><![CDATA[ x ]]></p><![bogus[ y", "<![bogus[ y"),
    ],
)
def test_markup_goes_and_what_a_reader_sees_stays(text: str, seen: str) -> None:
    assert looks_like_markup(text)
    assert plain_text(text) == seen


@pytest.mark.parametrize(
    "text",
    ["", "I <3 you", "1 < 2 > 0", "R&D; AT&T", "<unknown>", "  two  blanks ", "💥 <中文> &", "Q&A"],
)
def test_what_is_no_markup_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text


@given(st.text(st.characters(blacklist_characters="<&", blacklist_categories=("Cs",))))
def test_a_text_without_a_sign_of_markup_is_returned_untouched(text: str) -> None:
    assert plain_text(text) is text


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"))))
def test_whatever_is_escaped_comes_back(text: str) -> None:
    wanted = " ".join(text.split())
    assert " ".join(plain_text(f"<p>{html.escape(text)}</p>").split()) == wanted


@given(
    st.lists(st.sampled_from(["<", ">", "<!--", "-->", "<p>", "</", "<a b=", "&amp", "&#", "x"]))
)
def test_no_soup_of_tags_breaks_it(parts: list[str]) -> None:
    assert isinstance(plain_text("<b>" + "".join(parts)), str)


@pytest.mark.parametrize("part", ["<a ", "<!--", "<a b='", "</", "<![CDATA[", "<script>", "&#"])
def test_a_hostile_text_ends_soon(part: str) -> None:
    assert isinstance(plain_text("<p>" + part * (300_000 // len(part))), str)


def test_a_column_keeps_its_nulls() -> None:
    column = pl.Series("text", [None, "<b>x</b>", "y"])
    assert plain_texts(column).to_list() == [None, "x", "y"]
    clean = pl.Series("text", [None, "y"], dtype=pl.String)
    assert plain_texts(clean) is clean
