"""What people say around the names in a wish: cues, everyday words, small words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from kgrec.errors import ConfigError
from kgrec.wishes.words import Word, key_of, rooted

_FILE = Path(__file__).with_name("words.toml")
CUES = (
    "never", "back", "plain", "ends", "wish", "than", "like", "by", "with", "setting", "joins",
    "before", "after", "until", "since", "older", "newer", "early", "middle", "late",
)  # fmt: skip
"""Kinds of cues: what each means is told in ``words.toml``."""
_SETS = (
    "brief", "series", "works", "tongue", "nouns", "small",
    "either", "between", "articles", "suffixes", "particles", "joins_halves",
)  # fmt: skip

Key = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Words of all languages together.

    :ivar cues: phrase → kinds of cue that it is
    :ivar brief: cues of negation that end before "with"
    :ivar series: nouns behind the name of a series
    :ivar works: nouns behind the name of a book
    :ivar tongue: words before the name of a language
    :ivar small: words that say nothing, cues and nouns included
    :ivar either: cues that join the last part of a list of which none is wanted
    :ivar between: words between the first and the last year of a range
    :ivar articles: words in front of a name that may be left out
    :ivar suffixes: words behind a surname
    :ivar particles: words in front of a surname that belong to it
    :ivar joins_halves: words between the two halves of an idea that joins two
    :ivar decades: name → first year
    :ivar labels: everyday words without endings → labels that they may mean
    """

    cues: Mapping[Key, frozenset[str]]
    brief: frozenset[Key]
    series: frozenset[str]
    works: frozenset[str]
    tongue: frozenset[str]
    small: frozenset[str]
    either: frozenset[Key]
    between: frozenset[str]
    articles: frozenset[str]
    suffixes: frozenset[str]
    particles: frozenset[str]
    joins_halves: frozenset[str]
    decades: Mapping[Key, int]
    labels: Mapping[Key, tuple[str, ...]]
    longest: int = field(default=1)

    def cue_at(self, words: Sequence[Word], at: int) -> tuple[Key, frozenset[str]] | None:
        """The longest cue that begins at a word, and what it is."""
        for size in range(min(self.longest, len(words) - at), 0, -1):
            phrase = tuple(word.norm for word in words[at : at + size])
            if kinds := self.cues.get(phrase):
                return phrase, kinds
        return None

    def decade_at(self, words: Sequence[Word], at: int) -> tuple[int, int] | None:
        """First year of a decade that is named at a word, and how many words that takes."""
        for size in (4, 3, 2, 1):
            phrase = tuple(word.norm for word in words[at : at + size])
            if len(phrase) == size and phrase in self.decades:
                return self.decades[phrase], size
        return None


@lru_cache(8)
def lexicon(file: str | None = None) -> Lexicon:
    """The words that kgrec brings, and those of a file like ``words.toml`` beside them.

    :raises ConfigError: if the file is none, or has a section that nobody reads
    """
    trees = [_read(_FILE), *([_read(Path(file))] if file else [])]
    sections = [section for tree in trees for section in tree.values()]
    cues: dict[Key, set[str]] = {}
    for section in sections:
        for kind in CUES:
            for phrase in section.get(kind, ()):
                cues.setdefault(key_of(phrase), set()).add(kind)
    cues.pop((), None)
    sets = {name: [w for each in sections for w in each.get(name, ())] for name in _SETS}
    words = {
        name: frozenset(word for phrase in phrases for word in key_of(phrase))
        for name, phrases in sets.items()
    }
    single = {word for phrase in cues for word in phrase}
    return Lexicon(
        cues={phrase: frozenset(kinds) for phrase, kinds in cues.items()},
        brief=frozenset(map(key_of, sets["brief"])),
        series=words["series"],
        works=words["works"],
        tongue=words["tongue"],
        small=words["small"] | single | words["nouns"] | words["series"],
        either=frozenset(map(key_of, sets["either"])),
        between=words["between"],
        articles=words["articles"],
        suffixes=words["suffixes"],
        particles=words["particles"],
        joins_halves=words["joins_halves"],
        decades={
            key_of(name): year
            for section in sections
            for name, year in section.get("decades", {}).items()
        },
        labels={
            rooted(key_of(word)): tuple(labels)
            for section in sections
            for word, labels in section.get("words", {}).items()
        },
        longest=max(map(len, cues), default=1),
    )


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file} cannot be read as words of wishes: {error}.") from None
    for language, section in tree.items():
        known = {*CUES, *_SETS, "decades", "words"}
        if not isinstance(section, dict) or not section.keys() <= known:
            unknown = min(section.keys() - known) if isinstance(section, dict) else language
            raise ConfigError(f"{file}: nobody reads '{unknown}'; see kgrec/wishes/words.toml.")
        _check(file, language, section)
    return tree


def _check(file: Path, language: str, section: Mapping[str, Any]) -> None:
    lists = {name: each for name, each in section.items() if name not in ("decades", "words")}
    lists |= {f"words.{word}": labels for word, labels in dict(section.get("words", {})).items()}
    for name, each in lists.items():
        if not isinstance(each, list) or not all(isinstance(word, str) for word in each):
            raise ConfigError(f"{file}: '{language}.{name}' must be a list of strings.")
    if not all(type(year) is int for year in dict(section.get("decades", {})).values()):
        raise ConfigError(f"{file}: '{language}.decades' must be years, for instance 1980.")
