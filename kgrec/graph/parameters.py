"""What a query may be given: one check for every store, so that none fails in words of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from kgrec.errors import GraphError

_BITS = 63
_MAX_ROWS = 1 << 62
_MAX_SECONDS = 2_000_000.0  # sockets count milliseconds in 32 bits
_MAX_DEPTH = 32
_CYPHER = (str, bool, int, float, date, datetime, time, timedelta, type(None))


def check_request(
    query: str, parameters: Mapping[str, Any] | None, timeout: float, row_limit: int
) -> dict[str, Any]:
    """Check what is common to all query languages.

    :param parameters: their names must be texts; values are not looked at
    :param timeout: seconds, more than 0
    :param row_limit: 1 or more
    :return: the parameters; none for ``None``
    :raises GraphError: if something cannot be sent to a store
    """
    if not isinstance(query, str):
        raise GraphError(f"A query must be text and not {_kind(query)}.")
    if _is_broken(query):
        raise GraphError("The query holds half of a character (a lone surrogate); correct it.")
    if isinstance(row_limit, bool) or not isinstance(row_limit, int) or row_limit < 1:
        raise GraphError(f"row_limit must be a whole number from 1, not {_shown(row_limit)}.")
    if row_limit > _MAX_ROWS:
        raise GraphError("row_limit must be at most 2^62; leave it out for a million.")
    if not isinstance(timeout, (int, float)) or not 0 < timeout <= _MAX_SECONDS:
        raise GraphError(
            f"timeout must be seconds, more than 0 and at most {_MAX_SECONDS:,.0f}, not "
            f"{_shown(timeout)}."
        )
    return _named(parameters)


def cypher_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Check that every store of Cypher takes these values, and give them as plain containers.

    Text, truth values, whole numbers of 64 bits, floating point numbers, ``None``, dates, times,
    and lists and dicts of these with texts as keys.

    :raises GraphError: names the parameter, and says what is wrong with its value
    """
    return {name: _plain(value, f"${name}", 0) for name, value in parameters.items()}


def _named(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        raise GraphError(f"Parameters must be a dict of names and values, not {_kind(parameters)}.")
    for name in parameters:
        if not isinstance(name, str) or _is_broken(name):
            raise GraphError(f"{_shown(name)} cannot be the name of a parameter; write it as text.")
    return dict(parameters)


def _plain(value: Any, place: str, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise GraphError(
            f"The parameter {_top(place)} is nested deeper than {_MAX_DEPTH} levels; flatten it."
        )
    if isinstance(value, Mapping):
        return dict(_entries(value, place, depth))
    if isinstance(value, (list, tuple)):
        return [_plain(entry, f"{place}[{i}]", depth + 1) for i, entry in enumerate(value)]
    reason = _why_not(value)
    if reason is not None:
        raise GraphError(f"The parameter {place} {reason}.")
    return value


def _entries(value: Mapping[Any, Any], place: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, entry in value.items():
        if not isinstance(key, str) or _is_broken(key):
            raise GraphError(f"The parameter {place} has the key {_shown(key)}; keys must be text.")
        yield key, _plain(entry, f"{place}.{key}", depth + 1)


def _why_not(value: Any) -> str | None:
    """What keeps a single value from being a parameter of Cypher."""
    if not isinstance(value, _CYPHER):
        return (
            f"is {_kind(value)}, and Cypher has no such value; give text, a number, a truth value, "
            "a date, or a list or dict of these"
        )
    if isinstance(value, str) and _is_broken(value):
        return "holds half of a character (a lone surrogate); correct it"
    if isinstance(value, int) and not -(1 << _BITS) <= value < 1 << _BITS:
        return "is a whole number of more than 64 bits; give it as text or as a float"
    return None


def _is_broken(text: str) -> bool:
    """Whether a text has no bytes in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _kind(value: object) -> str:
    return f"of the type {type(value).__name__}"


def _shown(value: object) -> str:
    """A value in a message: short, and on one line, whatever it is."""
    if isinstance(value, (str, int, float)) and not (isinstance(value, int) and abs(value) >> 64):
        text = ascii(value)
        return text if len(text) <= 40 else f"{text[:40]}…"
    return f"a value {_kind(value)}"


def _top(place: str) -> str:
    return place.partition("[")[0].partition(".")[0]
