"""Years in a wish: "the 90s", "before 1970", "1989-1999", "early eighties or later"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kgrec.wishes.lexicon import Lexicon
from kgrec.wishes.words import Word

_YEAR = re.compile(r"(1\d\d\d|20\d\d)(s?)")
_EARLIEST = 1800  # what is below is a year only where another word says so
_SHORT = re.compile(r"([0-9])0s")
_PARTS = {"early": (0, 3), "middle": (4, 6), "late": (7, 9)}
_BOUNDS = {"before": (None, -1), "until": (None, 0), "after": (1, None), "since": (0, None)}
_TO = ("-", "–", "—")


@dataclass(frozen=True)
class Years:
    """A range of years in a text.

    :ivar first: ``None``: any
    :ivar last: ``None``: any
    :ivar size: words that it takes, its cues included
    """

    first: int | None
    last: int | None
    size: int

    @property
    def id(self) -> str:
        """``"1990-1999"``, ``"-1979"``, ``"2000-"``."""
        return (
            f"{'' if self.first is None else self.first}-{'' if self.last is None else self.last}"
        )

    @property
    def label(self) -> str:
        """In words."""
        if self.first is None:
            return f"until {self.last}"
        if self.last is None:
            return f"from {self.first}"
        if self.first % 10 == 0 and self.last == self.first + 9:
            return f"{self.first}s"
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def years_at(text: str, words: Sequence[Word], at: int, lexicon: Lexicon) -> Years | None:
    """The years that are named from a word on, cues before and behind them included."""
    begin, bound, part = at, "", ""
    while found := lexicon.cue_at(words, begin):
        phrase, kinds = found
        if not bound and (known := kinds & _BOUNDS.keys()):
            bound = min(known)
        elif not part and (known := kinds & _PARTS.keys()):
            part = min(known)
        else:
            break
        begin += len(phrase)
        if begin < len(words) and words[begin].norm in lexicon.articles:
            begin += 1
    named = _named(words, begin, lexicon)
    if named is None:
        return None
    first, last, size = named
    end = begin + size
    to = None if bound else _end_of_range(text, words, end, lexicon)
    if first < _EARLIEST and not (to or bound or part):
        return None
    if part and last - first == 9:
        first, last = first + _PARTS[part][0], first + _PARTS[part][1]
    elif to:
        last, end = max(last, to[0]), to[1]
    low, high = _bounded(bound, first, last)
    if (behind := lexicon.cue_at(words, end)) and behind[1] & {"older", "newer"}:
        low, high = (None, high) if "older" in behind[1] else (low, None)
        end += len(behind[0])
    return Years(low, high, end - at)


def _bounded(bound: str, first: int, last: int) -> tuple[int | None, int | None]:
    if bound in ("before", "until"):
        return None, first - 1 if bound == "before" else last
    if bound in ("after", "since"):
        return last + 1 if bound == "after" else first, None
    return first, last


def _named(words: Sequence[Word], at: int, lexicon: Lexicon) -> tuple[int, int, int] | None:
    """First and last year of a year or decade at a word, and how many words it takes."""
    if at >= len(words):
        return None
    if decade := lexicon.decade_at(words, at):
        return decade[0], decade[0] + 9, decade[1]
    word = words[at].norm
    if found := _YEAR.fullmatch(word):
        year = int(found[1])
        return year, year + 9 if found[2] and year % 10 == 0 else year, 1
    if found := _SHORT.fullmatch(word):
        tens = int(found[1])
        century = 2000 if tens < 3 else 1900
        return century + 10 * tens, century + 10 * tens + 9, 1
    return None


def _end_of_range(
    text: str, words: Sequence[Word], at: int, lexicon: Lexicon
) -> tuple[int, int] | None:
    """The year that ends a range, and the place behind it."""
    if at >= len(words):
        return None
    between = text[words[at - 1].end : words[at].start].strip()
    if between not in _TO:
        if words[at].norm not in lexicon.between or between:
            return None
        at += 1
    named = _named(words, at, lexicon)
    return (named[1], at + named[2]) if named else None
