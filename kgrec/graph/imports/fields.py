"""Which properties of interactions are rating, time, weight and event."""

from __future__ import annotations

from typing import Any

from kgrec.graph.imports import hints
from kgrec.graph.imports.schema import PropertyProfile


def choose_fields(properties: tuple[PropertyProfile, ...]) -> dict[str, Any]:
    """Which properties are rating, time, weight and event, by their names and types."""
    found = {
        "rating": [one for one in properties if hints.is_rating(one.name) and is_number(one)],
        "timestamp": [one for one in properties if _may_be_time(one)],
        "weight": [one for one in properties if hints.is_weight(one.name) and is_number(one)],
        "event": [one for one in properties if hints.is_event(one.name) and one.types == ("text",)],
    }
    ranks = {"timestamp": _time_rank}
    return {key: max(few, key=ranks.get(key, _fill)).name for key, few in found.items() if few}


def is_number(one: PropertyProfile) -> bool:
    """Whether a property holds numbers."""
    return bool({"integer", "real"}.intersection(one.types))


def _fill(one: PropertyProfile) -> tuple[float, ...]:
    return (one.fill,)


def _may_be_time(one: PropertyProfile) -> bool:
    return _is_date(one) or (hints.is_time(one.name) and "boolean" not in one.types)


def _time_rank(one: PropertyProfile) -> tuple[float, ...]:
    """Dates before words and numbers that only sound like a time; last, dates of another kind."""
    named = hints.is_time(one.name)
    return _is_date(one) and not hints.is_other_time(one.name), named, one.fill


def _is_date(one: PropertyProfile) -> bool:
    """Whether a property is a real date everywhere, whatever its name."""
    return one.types == ("time",) and one.fill >= 1
