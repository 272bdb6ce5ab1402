"""What holds for any text: places lie in it, JSON keeps it, and it takes no time."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kgrec.wishes import Intent, Link, WishParser
from kgrec.wishes.marks import MOST

WORDS = st.sampled_from(
    [
        "no",
        "not",
        "without",
        "but",
        "Heat",
        "like",
        "comedy",
        "horror",
        "90s",
        "before",
        "1980",
        "or",
        "and",
        "with",
        "不要",
        "恐怖",
        ",",
        ".",
        "(",
        ")",
        "“",
        "”",
        "Tom Hanks",
        "Alien",
        "set in the",
        "star wars films",
        "musicals excluded",
        "I didn't like",
        "-",
        ":",
        "1990-1999",
    ]
)


def check(parser: WishParser, text: str) -> Intent:
    intent = parser.parse(text)
    assert text.startswith(intent.text)
    links = [*intent.like, *intent.want, *intent.avoid]
    spans = [link.span for link in links] + [each.span for each in intent.ambiguous]
    assert all(0 <= start < end <= len(intent.text) for start, end in spans)
    assert all(word in intent.text for word in intent.free_text.split())
    names = [(link.kind, link.id) for link in links]
    assert len(names) == len(set(names))
    assert Intent.model_validate_json(intent.model_dump_json()) == intent
    assert parser.parse(text) == intent
    return intent


@given(text=st.text(max_size=80))
def test_any_text(parser: WishParser, text: str) -> None:
    check(parser, text)


@given(words=st.lists(WORDS, max_size=14))
def test_any_order_of_words(parser: WishParser, words: list[str]) -> None:
    check(parser, " ".join(words))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "😀🎬🍿 👨‍👩‍👧",
        "!?.,;:()[]{}–—…",
        "\x00\x1b[31m no horror",
        "no " * 3_000,
        "like " * 3_000,
        "a" * 100_000,
        "horror " * 15_000,
        "(((((" * 20_000,
        "-" * 100_000,
        "a-a.a-" * 17_000,
        "不要" * 50_000,
        "the the the " * 9_000,
        "quentin tarentino " * 6_000,
        "<script>alert('x')</script>",
        "'; DROP TABLE items; --",
        "MATCH (n) DETACH DELETE n",
        "\u202eno horror",
        "e\u0301" * 40_000,
    ],
)
def test_hostile_text_is_read_up_to_a_length(parser: WishParser, text: str) -> None:
    intent = check(parser, text)
    assert len(intent.text) == min(len(text), MOST)


def test_an_intent_may_be_written_by_hand() -> None:
    raw = {"want": [{"id": "1990-", "label": "", "type": "Year", "kind": "years", "span": [0, 0]}]}
    intent = Intent.model_validate_json(json.dumps(raw))
    assert intent.want[0].years == (1990, None)
    for bad in ("soon", "-", "19x0-", "1990", "99999-"):
        with pytest.raises(ValidationError, match="range of years"):
            Link(id=bad, label="", type="Year", kind="years", span=(0, 0))
