"""Which phrases a language has, and which names may stand in their braces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kgrec.errors import ConfigError

_LIKED = ("liked",)
_REASON = (*_LIKED, "start")
_TASTE = (*_REASON, "things", "shared", "witness")
_PEOPLE = dict.fromkeys(("zero", "one", "two", "few", "many", "other"), ("count",))
_PARTS = dict.fromkeys(
    (
        *("popularity", "content", "text", "latent"),
        *("other_paths", "other_edges", "oneself", "extracted"),
    ),
    (),
)

PHRASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "people": _PEOPLE,
    "names": {
        "thousands": (),
        "item": ("label",),
        "entity": ("label",),
        "same": ("kind",),
        "also": (),
        "and": (),
    },
    "sentence": {
        "because": ("reason",),
        "although": ("reason",),
        "and": (),
        "whole": ("label", "because"),
    },
    "reasons": {
        "through_users": ("people", *_REASON),
        "through_users_against": ("people", *_REASON),
        "through_users_weighed_against": ("people", *_REASON),
        "through_entity": (*_REASON, "shared"),
        "through_taste": _TASTE,
        "through_taste_against": _TASTE,
        "taste_of_direct": ("relation", "witness", *_REASON),
        "taste_of_direct_against": ("relation", "witness", *_REASON),
        "through_content": _REASON,
        "through_vectors": ("liked",),
        "through_vectors_against": ("liked",),
        "through_nodes": (*_REASON, "names"),
        "direct": ("relation", *_REASON),
        "according_to_text": ("reason",),
        "popular": (),
        "no_path": (),
        "unlisted": (),
        "unlisted_against": (),
    },
    "what_if": {
        "gap": (),
        "comma": (),
        "semicolon": (),
        "without": ("label", *_LIKED, "items"),
        "without_instead": ("label", *_LIKED, "items", "instead"),
        "stays": ("label", "k", *_LIKED, "count"),
        "smallest": (),
        "smallest_found": ("low", "high"),
        "facts": ("facts",),
        "no_facts": (),
        "missing": ("label", "k", "rank"),
        "missing_unranked": ("label", "k"),
        "missing_unreachable": ("label", "k", "liked"),
        "added": (*_LIKED, "items"),
        "nothing_added": ("count",),
    },
    "screen": {
        "title": ("label", "user", "score"),
        "user": ("id",),
        "more": ("count", "share"),
        "untranslated": ("language", "names"),
        "untranslated_phrases": ("language", "count"),
        "attributed": ("method",),
        "left_out": ("count",),
    },
    "picture": {
        "title": ("label", "user"),
        "user": ("id",),
        "you": (),
        "recommended": (),
        "another_user": (),
        "more_users_one": ("count",),
        "more_users": ("count",),
        "shown_one": ("count",),
        "shown_other": ("count",),
    },
    "rest": _PARTS,
    "rest_means": _PARTS,
}
"""Section → phrase → the names in its braces, each of which it must hold."""

# What it would be odd to demand: a language may say it without.
_OPTIONAL = frozenset({"liked", "count"})
_FREE = frozenset({"rest", "rest_means"})
"""Sections to which a language may add phrases of its own."""


def phrases_of(file: str, tree: Mapping[str, Any]) -> dict[str, str]:
    """``"section.phrase"`` → text.

    :raises ConfigError: if a section or a phrase is of another type
    """
    found: dict[str, str] = {}
    for section in PHRASES:
        table = tree.get(section, {})
        if not isinstance(table, dict):
            raise ConfigError(f"{file}: '{section}' is no table; write [{section}].")
        for phrase, text in table.items():
            if not isinstance(text, str):
                raise ConfigError(f"{file}, [{section}]: '{phrase}' is no text; put it in quotes.")
            found[f"{section}.{phrase}"] = text
    return found


def check_phrases(file: str, phrases: Mapping[str, str]) -> None:
    """Refuse phrases that nobody asks for, and those whose braces cannot be filled.

    :raises ConfigError: with file, phrase and name
    """
    for name, text in phrases.items():
        section, _, phrase = name.partition(".")
        wanted = PHRASES[section].get(phrase)
        if wanted is None and section not in _FREE:
            raise ConfigError(
                f"{file}, [{section}]: nobody asks for '{phrase}'; remove it, or correct its name."
            )
        names = set(re.findall(r"\{(\w*)\}", text))
        for extra in sorted(names.difference(wanted or ())):
            raise ConfigError(
                f"{file}, [{section}] {phrase}: there is no {{{extra}}}; "
                f"write {_braces(wanted or ()) or 'no braces'}."
            )
        for lost in sorted(set(wanted or ()) - names - _OPTIONAL):
            raise ConfigError(f"{file}, [{section}] {phrase}: {{{lost}}} is missing; add it.")


def _braces(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
