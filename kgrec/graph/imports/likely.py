"""Which of several attributes holds classes or types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_CERTAIN = frozenset(
    ("labels", "type", "class", "node_type", "relation", "predicate", "rel", "edge_type")
)


def likely_class(columns: Mapping[str, Iterable[Any]]) -> str | None:
    """The attribute that holds the class of a node or the type of an edge.

    ``label`` is a class to some and a name to others. So the first attribute counts that has few
    different values; else one whose name leaves no doubt; else one with any value twice.

    :param columns: name → values, the likeliest name first
    """
    shares = {name: _distinct(values) for name, values in columns.items()}
    few = (name for name, share in shares.items() if share <= 1 / 2)
    certain = (name for name in shares if name.lower() in _CERTAIN)
    repeated = (name for name, share in shares.items() if share < 1)
    return next((name for found in (few, certain, repeated) for name in found), None)


def _distinct(values: Iterable[Any]) -> float:
    present = [str(value) for value in values if value is not None]
    return len(set(present)) / len(present) if present else 1.0
