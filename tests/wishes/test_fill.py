"""A language model may add names that stand in the wish, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest

from kgrec.text.writers import Prompt, Reply
from kgrec.text.writers.base import Estimate
from kgrec.wishes import WishParser
from kgrec.wishes.fill import fill


class Scripted:
    """Answers what it was told to."""

    identity = "scripted"

    def __init__(self, answer: str) -> None:
        self.answer, self.asked = answer, 0

    def estimate(self, _prompts: Sequence[Prompt]) -> Estimate:
        return Estimate(0, 0)

    def write(self, prompts: Sequence[Prompt]) -> Iterator[tuple[int, Reply]]:
        for place, _ in enumerate(prompts):
            self.asked += 1
            yield place, Reply(self.answer, "stop", 1, 1)


def names(*several: str) -> Scripted:
    return Scripted(json.dumps({"names": several}))


def test_a_title_in_lower_case_is_found(parser: WishParser) -> None:
    intent = parser.parse("tonight i feel fear could be it, no comedy")
    assert intent.free_text == "fear"
    filled = fill(intent, parser, names("fear"))
    assert [link.label for link in filled.like] == ["Fear"]
    assert filled.text[slice(*filled.like[0].span)] == "fear"
    assert filled.avoid == intent.avoid
    assert filled.free_text == ""


@pytest.mark.parametrize(
    "answer",
    [
        names("Heat", "Tom Hanks"),  # not in the wish
        names("comedy"),  # linked already, as not wanted
        names(""),
        Scripted("no JSON"),
        Scripted('{"names": [1]}'),
        Scripted('{"other": []}'),
    ],
)
def test_what_is_not_in_the_wish_is_not_taken(parser: WishParser, answer: Scripted) -> None:
    intent = parser.parse("melancholy, no comedy")
    assert fill(intent, parser, answer) == intent


def test_nobody_is_asked_where_no_words_are_left(parser: WishParser) -> None:
    writer = names("horror")
    intent = parser.parse("no horror")
    assert fill(intent, parser, writer) == intent
    assert writer.asked == 0
