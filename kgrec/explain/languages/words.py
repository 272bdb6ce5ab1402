"""The sections of a language file that hold words, not phrases: what may stand in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kgrec.errors import ConfigError
from kgrec.explain.languages.phrases import PHRASES
from kgrec.explain.languages.plurals import CATEGORIES

_RELATION = {"label": 0, "inverse_label": 0, "pattern": 1, "anonymous": 0, "inverse_pattern": 1}
_TYPE = ("label", "plural")
_GENERIC: Mapping[str, tuple[str, ...]] = {
    "inverse_label": ("label",),
    "pattern": ("label", "inverse_label", "entity"),
    "anonymous": ("label", "inverse_label"),
    "inverse_pattern": ("label", "inverse_label", "entity"),
}
_REWRITE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("function_words", "fillers", "numerals", "contrast", "because", "it", "few"), ()
    ),
    "history": ("liked", "start"),
    "people": ("people", "liked", "start"),
    "people_item": ("liked", "item"),
    "never": ("liked", "start", "item"),
}
_SECTIONS = ("code", "name", "plurals", *PHRASES, "generic", "types", "relations", "rewrite")


def check_sections(file: str, tree: Mapping[str, Any]) -> None:
    """Refuse sections that nobody reads.

    :raises ConfigError: with file and section
    """
    for section in tree:
        if section not in _SECTIONS:
            raise ConfigError(
                f"{file}: nobody reads '{section}'; remove it, or write one of "
                f"{', '.join(_SECTIONS)}."
            )


def check_categories(file: str, plurals: Mapping[str, str]) -> None:
    """Refuse rules for categories that there are not.

    :raises ConfigError: with file and category
    """
    for category in plurals:
        _known(category, CATEGORIES[:-1], f"{file}, [plurals] {category}")


def check_words(file: str, relations: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse words of relations that sentences cannot use.

    :raises ConfigError: with file, relation and key
    """
    for name, words in relations.items():
        for key, text in words.items():
            where = f"{file}, [relations.{name}] {key}"
            _known(key, _RELATION, where)
            if text.count("{entity}") != _RELATION[key]:
                fix = "add {entity}, once" if _RELATION[key] else "remove {entity}"
                raise ConfigError(f"{where}: '{text}' does not fit; {fix}.")


def check_types(file: str, types: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse words of types that sentences cannot use.

    :raises ConfigError: with file, type and key
    """
    for name, words in types.items():
        for key in words:
            _known(key, _TYPE, f"{file}, [types.{name}] {key}")


def check_generic(file: str, generic: Mapping[str, str]) -> None:
    """Refuse forms that cannot be filled with a relation's label.

    :raises ConfigError: with file and key
    """
    for key, text in generic.items():
        where = f"{file}, [generic] {key}"
        _known(key, _GENERIC, where)
        _fits(text, _GENERIC[key], where)
        if "entity" in _GENERIC[key] and text.count("{entity}") != 1:
            raise ConfigError(f"{where}: '{text}' does not fit; add {{entity}}, once.")


def rewrite_words(file: str, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Words with spaces between, or lists of phrases, by which other texts are checked.

    :raises ConfigError: if nobody asks for a key, a value is no text, or its braces cannot be
        filled
    """
    found: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        where = f"{file}, [rewrite] {key}"
        _known(key, _REWRITE, where)
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in texts):
            raise ConfigError(f"{where}: it is no text; write words in quotes, or a list of texts.")
        found[key] = tuple(texts) if isinstance(value, list) else tuple(value.split())
        for text in found[key]:
            _fits(text, _REWRITE[key], where)
    return found


def _known(key: str, keys: Mapping[str, Any] | tuple[str, ...], where: str) -> None:
    if key not in keys:
        raise ConfigError(f"{where}: nobody asks for it; write {', '.join(keys)}.")


def _fits(text: str, names: tuple[str, ...], where: str) -> None:
    for name in re.findall(r"\{(\w*)\}", text):
        if name not in names:
            braces = ", ".join(f"{{{each}}}" for each in names) or "no braces"
            raise ConfigError(f"{where}: there is no {{{name}}}; write {braces}.")
