"""A language: the words around the words of a graph, from one file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import repeat
from pathlib import Path
from typing import Any

from kgrec.errors import ConfigError
from kgrec.explain.languages.phrases import check_phrases, phrases_of
from kgrec.explain.languages.plurals import category, check_rule
from kgrec.explain.languages.words import (
    check_categories,
    check_generic,
    check_sections,
    check_types,
    check_words,
    rewrite_words,
)

_PACKAGE = "kgrec.explain.languages"
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Language:
    """The grammar of explanations in one language; two that say the same are equal.

    :ivar code: the tag of its labels in an ontology, ``"zh"``
    :ivar name: in English, ``"Chinese"``
    :ivar phrases: ``"reasons.direct"`` → a text with names in braces
    :ivar plurals: CLDR's rule for each plural category but ``other``
    :ivar generic: how to make the words of a relation that has a label only
    :ivar types: words for types that the file brings, by name
    :ivar relations: the same for relations
    :ivar rewrite: words and phrases by which texts of a language model are checked
    :ivar missing: phrases that the file leaves out; they are told in English
    """

    code: str
    name: str
    phrases: Mapping[str, str]
    plurals: Mapping[str, str] = field(default_factory=dict)
    generic: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    relations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rewrite: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.code, self.name, frozenset(self.phrases.items())))

    @property
    def is_english(self) -> bool:
        """Whether it is English, of whatever region."""
        return self.code.partition("-")[0] == "en"

    def say(self, phrase: str, **values: str) -> str:
        """Fill a phrase; a value is never read as a phrase itself, whatever it holds.

        :param phrase: ``"reasons.direct"``
        :param values: one for each name in braces
        """
        return _NAME.sub(lambda match: values[match[1]], self.phrases[phrase])

    def number(self, value: int) -> str:
        """Write a whole number: ``"12,345"``."""
        return f"{value:,}".replace(",", self.phrases["names.thousands"])

    def people(self, count: int) -> str:
        """Count people: ``"1 person"``, ``"12,345 people"``."""
        kind = category(count, self.plurals)
        known = f"people.{kind}" if f"people.{kind}" in self.phrases else "people.other"
        return self.say(known, count=self.number(count))

    def because(self, reasons: Iterable[str], *, against: bool | Iterable[bool] = False) -> str:
        """Join reasons to one clause.

        :param reasons: at least one
        :param against: whether they speak against the item, all of them or each
        """
        each_against = repeat(against) if isinstance(against, bool) else against
        said = (
            self.say("sentence.although" if other else "sentence.because", reason=reason)
            for reason, other in zip(reasons, each_against, strict=False)
        )
        return self.phrases["sentence.and"].join(said)


def read_language(language: str | Path | Language) -> Language:
    """The language of a code, or of a file.

    :param language: a code that kgrec brings (``"en"``, ``"zh"``; of ``"zh-CN"`` the first part
        counts), or the path of a ``.toml`` file that is written like ``en.toml``
    :raises ConfigError: if there is no such language, or the file cannot be used
    """
    if isinstance(language, Language):
        return language
    if isinstance(language, Path) or language.lower().endswith(".toml"):
        return _of_file(Path(language))
    code = language.lower().replace("_", "-")
    known = languages()
    found = next((each for each in (code, code.partition("-")[0]) if each in known), None)
    if found is None:
        raise ConfigError(
            f"There is no language '{language}': kgrec brings {', '.join(known)}; "
            "give the path of a language file (.toml) for another."
        )
    return _shipped(found)


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that kgrec brings."""
    names = (entry.name for entry in files(_PACKAGE).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@lru_cache(maxsize=32)
def _shipped(code: str) -> Language:
    text = (files(_PACKAGE) / f"{code}.toml").read_text(encoding="utf-8")
    return _parse(f"{code}.toml", text, is_base=code == "en")


def _of_file(path: Path) -> Language:
    try:
        return _parse(str(path), path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ConfigError(
            f"{path}: the language cannot be read ({reason}); check the path."
        ) from error


def _parse(file: str, text: str, *, is_base: bool = False) -> Language:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not valid TOML ({error}); correct it.") from error
    code, name = tree.get("code"), tree.get("name")
    if not isinstance(code, str) or not isinstance(name, str) or not code or not name:
        raise ConfigError(
            f"{file}: code or name is missing; write for instance code = 'de', name = 'German'."
        )
    given = phrases_of(file, tree)
    check_phrases(file, given)
    check_sections(file, tree)
    plurals = _strings(file, tree, "plurals")
    check_categories(file, plurals)
    for category_name, rule in plurals.items():
        check_rule(rule, f"{file}, [plurals] {category_name}")
    types, relations = (_tables(file, tree, section) for section in ("types", "relations"))
    generic = _strings(file, tree, "generic")
    check_words(file, relations)
    check_types(file, types)
    check_generic(file, generic)
    found = Language(
        code=code.lower().replace("_", "-"),
        name=name,
        phrases=given,
        plurals=plurals,
        generic=generic,
        types=types,
        relations=relations,
        rewrite=rewrite_words(file, _table(file, tree, "rewrite")),
    )
    return found if is_base else _completed(found, _shipped("en"))


def _completed(found: Language, english: Language) -> Language:
    """The language with English phrases where it has none."""
    if found.is_english:
        # What it leaves out is no foreign word, and it counts and rewrites as English does.
        return replace(
            found,
            phrases={**english.phrases, **found.phrases},
            plurals=found.plurals or english.plurals,
            rewrite={**english.rewrite, **found.rewrite},
        )
    # English forms of "people" fit English counts only.
    lacking = sorted(
        each
        for each in english.phrases
        if each not in found.phrases and (not each.startswith("people.") or each == "people.other")
    )
    phrases = {**{each: english.phrases[each] for each in lacking}, **found.phrases}
    return replace(found, phrases=phrases, missing=tuple(lacking))


def _table(file: str, tree: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    table = tree.get(section, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{file}: '{section}' is no table; write [{section}] above its words.")
    return table


def _strings(file: str, tree: Mapping[str, Any], section: str) -> dict[str, str]:
    table = _table(file, tree, section)
    for key, value in table.items():
        if not isinstance(value, str):
            raise ConfigError(f"{file}, [{section}]: '{key}' is no text; put it in quotes.")
    return dict(table)


def _tables(file: str, tree: Mapping[str, Any], section: str) -> dict[str, dict[str, str]]:
    table = _table(file, tree, section)
    return {name: _strings(f"{file}, [{section}]", table, name) for name in table}
