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
_POSSESSIVE = re.compile(r"(?<=[^\W\d_])['’]s$")
# What ends with such a dot goes on: Samuel L. Jackson, Dr. No.
_SHORT_WORD = r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|No|Vol|Prof|Capt|Col|Gen|Lt)"
_SHORT = re.compile(rf"{_SHORT_WORD}\.\s+$")
_INITIAL = re.compile(_SHORT_WORD)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[^\W\d_a-z])|(?<=[。！？])|\n+")

_LONGEST_SHORT = 12  # characters of such a word, its dot and what follows


@dataclass(frozen=True)
class Token:
    """A word.

    :ivar text: as it is written
    :ivar norm: as it is compared: composed, without case, with one kind of apostrophe
    :ivar start: of its first character in the text
    :ivar end: behind its last
    :ivar before: what stands between the word before it and itself
    """

    text: str
    norm: str
    start: int
    end: int
    before: str = ""

    @property
    def owner(self) -> Token | None:
        """Without the ending of a possessive: "Lee" of "Lee's"; ``None``: it is none."""
        found = _POSSESSIVE.search(self.text)
        if found is None:
            return None
        text = self.text[: found.start()]
        return Token(text, normal(text), self.start, self.start + found.start(), self.before)


def tokens(text: str) -> list[Token]:
    """The words of a text, in order."""
    words, end = [], 0
    for found in _TOKEN.finditer(text):
        word = found[0]
        words.append(
            Token(word, normal(word), found.start(), found.end(), text[end : found.start()])
        )
        end = found.end()
    return words


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


def find_owner(words: list[Token], name: tuple[str, ...]) -> list[tuple[int, int]]:
    """The same of a name that is a possessive there: "Ann Lee" in *Ann Lee's first film*."""
    found = []
    for last, word in enumerate(words):
        first, owner = last + 1 - len(name), word.owner
        if first < 0 or owner is None or not name or owner.norm != name[-1]:
            continue
        if tuple(each.norm for each in words[first:last]) == name[:-1]:
            found.append((first, last + 1))
    return found


def is_joined(one: Token, next_: Token) -> bool:
    """Whether two words stand together, but for a nickname's quotes or an initial's dot.

    >>> all(is_joined(*pair) for pair in pairwise(tokens('Samuel L. "Sam" Lee')))
    True
    """
    gap = next_.before.strip("\"'“”‘’")
    return gap == " " or (gap == ". " and _INITIAL.fullmatch(one.text) is not None)


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each sentence of a text begins and ends; together they are all of it."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    bounds = sorted({0, *ends, len(text)})
    return [(start, end) for start, end in pairwise(bounds) if end > start]


def statements(text: str) -> list[tuple[int, int]]:
    """The same, but that no sentence ends with an initial or a title: *Samuel L. Jackson*."""
    found: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if found and _SHORT.search(text, max(found[-1][0], start - _LONGEST_SHORT), start):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
