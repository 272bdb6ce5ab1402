"""Words of a text with their places, so that what is found can be shown where it stands."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from kgrec.text.tokens import UNSPACED

# A word, with the marks that may stand within one: hip-hop, O'Brien, R&B. Where words are not set
# apart by spaces (Chinese, Japanese, Korean), every character is one.
_TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+(?:['’&.\-][^\W_{UNSPACED}]+)*")
_IDEOGRAPHS = re.compile(f"[{UNSPACED}]")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[^\W\d_a-z])|(?<=[。！？])|\n+")


@dataclass(frozen=True)
class Token:
    """A word.

    :ivar text: as it is written
    :ivar norm: as it is compared: composed, without case, with one kind of apostrophe
    :ivar start: of its first character in the text
    :ivar end: behind its last
    """

    text: str
    norm: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The words of a text, in order."""
    return [
        Token(found[0], normal(found[0]), found.start(), found.end())
        for found in _TOKEN.finditer(text)
    ]


def normal(text: str) -> str:
    """Words as they are compared: Unicode NFC, case folded, runs of white space one blank."""
    composed = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return " ".join(composed.split())


def name_of(text: str) -> tuple[str, ...]:
    """The words of a name as they are compared: ``("toy", "story")``."""
    return tuple(token.norm for token in tokens(text))


def has_ideographs(text: str) -> bool:
    """Whether words are not set apart by spaces."""
    return _IDEOGRAPHS.search(text) is not None


def find_all(words: list[Token], name: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where a name stands in a text, as places of its first word and behind its last."""
    size = len(name)
    if not size:
        return []
    norms = [word.norm for word in words]
    return [
        (at, at + size)
        for at in range(len(words) - size + 1)
        if norms[at] == name[0] and tuple(norms[at : at + size]) == name
    ]


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each sentence of a text begins and ends; together they are all of it."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    bounds = sorted({0, *ends, len(text)})
    return [(start, end) for start, end in pairwise(bounds) if end > start]
