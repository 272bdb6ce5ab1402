"""Words of a text: where they are, and how they read without case and endings."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Chinese, Japanese and Korean characters, as a range of a pattern: no spaces need stand between
their words."""
# Chinese is written without spaces: each of its letters is a word here.
_HAN = r"\u3400-\u9fff\uf900-\ufaff"
# Vowel signs of Hindi, Thai, Arabic … are part of a word, though \w does not know them.
_MARKS = "".join(
    re.escape(chr(code)) for code in range(0x10000) if unicodedata.category(chr(code))[0] == "M"
)
_LETTER = rf"(?:(?![{_HAN}])[\w{_MARKS}])"
WORD = re.compile(rf"[{_HAN}]|{_LETTER}+(?:['’]{_LETTER}+)*")
"""A word; in Chinese a single letter."""
END = re.compile(r"[.!?。！？…]\s*[\"”’)]*\s*$")
_SUFFIXES = ("'s", "’s", "ing", "ed", "es", "s", "e")
_SHORTEST = 3


@dataclass(frozen=True)
class Token:
    """A word of a text, or a name of a node that is on the path.

    :ivar text: as it is written
    :ivar start: where it begins
    :ivar end: where it ends
    :ivar tag: names the node that is meant, ``"{start}"``; empty for a word
    :ivar first: whether a sentence begins here
    """

    text: str
    start: int
    end: int
    tag: str = ""
    first: bool = False

    @property
    def stem(self) -> str:
        """The word without case and ending; for a name its tag."""
        return self.tag or stem(self.text)


def stem(word: str) -> str:
    """A word without case and the commonest endings.

    >>> stem("Directed"), stem("directs"), stem("director")
    ('direct', 'direct', 'director')
    """
    word = unicodedata.normalize("NFKC", word).casefold()
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST:
            return word.removesuffix(suffix)
    return word


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text without case, as names are compared by them."""
    return tuple(unicodedata.normalize("NFKC", word).casefold() for word in WORD.findall(text))
