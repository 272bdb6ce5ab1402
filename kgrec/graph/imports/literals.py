"""Values of foreign graphs: as JSON, and as plain text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from kgrec.graph.literals import encode

_VALUE_OBJECT = frozenset({"@value", "@type", "@language"})


def to_json(properties: Mapping[Any, Any]) -> str:
    """A cell of a ``properties`` column; values without content are left out.

    >>> to_json({"a": None, "b": float("nan"), "c": [1, None], "d": {"x": 1}})
    '{"c": [1], "d": "{\\\\"x\\\\": 1}"}'
    """
    values = ((str(name), literal(value)) for name, value in properties.items())
    present = {name: value for name, value in values if value is not None}
    return json.dumps(present, ensure_ascii=False, allow_nan=False)


def literal(value: Any) -> Any:
    """One value as JSON has it; a nested object becomes text, an empty list nothing."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if hasattr(value, "tolist"):  # numbers and arrays of numpy
        return literal(value.tolist())
    if isinstance(value, float):
        return None if math.isnan(value) else encode(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if isinstance(value, list) or type(value) is tuple:
        return [one for one in map(literal, value) if one is not None] or None
    return encode(value)


def text_of(value: Any) -> str | None:
    """A literal as text, without its language or datatype; a list has none."""
    if isinstance(value, dict):
        value = value.get("@value")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def in_language(value: Any, language: str) -> Any:
    """Of several values the one in a language; else one without, in English, or the first."""
    if not isinstance(value, list):
        return value
    several = value
    wanted = [language.lower(), "", "en"]
    return min(several, key=lambda one: _rank(language_of(one), wanted), default=None)


def language_of(value: Any) -> str:
    """The language of a value, without region and in lower case: ``"en"``; else ``""``."""
    tag = value.get("@language") if isinstance(value, dict) else None
    return tag.lower().partition("-")[0] if isinstance(tag, str) else ""


def _rank(language: str, wanted: list[str]) -> int:
    return wanted.index(language) if language in wanted else len(wanted)


def _object(value: Mapping[Any, Any]) -> Any:
    if "@value" in value and _VALUE_OBJECT.issuperset(value):
        return dict(value)
    return json.dumps(value, ensure_ascii=False, default=str)
