"""The words of a wish, as they are compared with names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from kgrec.text.extract.tokens import Token, normal, tokens
from kgrec.text.verify.languages import root

STOP = re.compile(r"[.!?;\n。！？；]")
"""Ends a sentence of a wish, or a half of one."""
_PART = re.compile(r"[^\-.&]+")


class Word(Token):
    """A word, or a part of one with hyphens; compared without accents and the genitive's *s*."""

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital letter, or with a digit."""
        return self.text[0].isupper() or self.text[0].isdigit()


def words_of(text: str) -> list[Word]:
    """The words of a text, in order."""
    return [
        Word(part[0], folded(part[0]), token.start + part.start(), token.start + part.end())
        for token in tokens(text)
        for part in _PART.finditer(token.text)
    ]


@lru_cache(2**14)
def folded(word: str) -> str:
    """A word without case, accents and the genitive's *s*.

    >>> folded("Almodóvar's")
    'almodovar'
    """
    plain = unicodedata.normalize("NFKD", normal(word))
    return "".join(c for c in plain if not unicodedata.combining(c)).removesuffix("'s").strip("'")


def key_of(text: str) -> tuple[str, ...]:
    """The words of a name as they are compared."""
    return tuple(word.norm for word in words_of(text))


@lru_cache(2**14)
def _root(word: str) -> str:
    return root(word)


def rooted(words: Iterable[str]) -> tuple[str, ...]:
    """The same without endings: "comedies" is "comedy"."""
    return tuple(map(_root, words))
