"""Languages and scripts, as far as texts are checked by them."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from kgrec.text.tokens import stem, words_of

_FILE = Path(__file__).with_name("languages.toml")
_LEAST_WORDS = 2
# Scripts that are written together in one language count as one.
_TOGETHER = {"CJK": "HAN", "HIRAGANA": "HAN", "KATAKANA": "HAN", "BOPOMOFO": "HAN"}


@dataclass(frozen=True)
class Language:
    """Small words of a language, as roots; see ``languages.toml`` for what each set is.

    A language that nobody wrote down has none: texts in it are told in the catalog's words alone.
    """

    code: str = ""
    name: str = ""
    functions: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    copulas: frozenset[str] = frozenset()
    pronouns: frozenset[str] = frozenset()
    narrators: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()

    @cached_property
    def small(self) -> frozenset[str]:
        """All words that may stand anywhere."""
        return self.functions | self.relations

    @cached_property
    def binding(self) -> frozenset[str]:
        """Small words that may not be added within what a catalog says."""
        return self.small - self.articles


def root(word: str) -> str:
    """A word without case and endings, a little shorter than its stem.

    >>> root("starring") == root("stars"), root("stories") == root("story")
    (True, True)
    """
    found = stem(word)
    if not found.isascii() or len(found) < 4:
        return found
    if found[-1] == found[-2] and found[-1] not in "aeiou":
        return found[:-1]
    return f"{found[:-1]}y" if found.endswith("i") else found


@lru_cache
def languages() -> dict[str, Language]:
    """All languages that are known, by code."""
    tree = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {code: _language(code, section) for code, section in tree.items()}


def language(code: str) -> Language:
    """A language by its code; one without small words where it is not known."""
    return languages().get(code) or Language(code, code)


@lru_cache
def written(code: str, name: str) -> frozenset[str]:
    """One set of small words as it is written, where roots would say too much: "notes" is no "not".

    :param name: ``"negations"``
    """
    tree = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return frozenset(tree.get(code, {}).get(name, "").split())


def language_of(text: str, otherwise: str) -> Language:
    """The language whose small words are the most frequent in a text.

    :param otherwise: code of the language where fewer than two such words occur, or where as many
        are those of another language
    """
    words = [*map(root, words_of(text))]
    counts = {code: sum(word in each.small for word in words) for code, each in languages().items()}
    best = max(counts.values(), default=0)
    if best < _LEAST_WORDS or counts.get(otherwise) == best:
        return language(otherwise)
    return language(next(code for code, count in counts.items() if count == best))


def scripts(text: str) -> Counter[str]:
    """How many letters of each script a text has: ``LATIN``, ``HAN``, ``CYRILLIC`` …"""
    letters = (unicodedata.name(c, "").split(" ")[0] for c in text if c.isalpha())
    return Counter(_TOGETHER.get(script, script) for script in letters if script)


def _language(code: str, section: dict[str, str]) -> Language:
    sets = {name: _roots(text.split()) for name, text in section.items() if name != "name"}
    return Language(code=code, name=section["name"], **sets)


def _roots(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(root, words))
