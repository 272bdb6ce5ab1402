"""Terms in the answer to a query → plain Python values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from kgrec.graph.rdf.namespaces import RDF_JSON, XSD

_REAL = frozenset(f"{XSD}{name}" for name in ("double", "float", "decimal"))
_WHOLE = frozenset(
    f"{XSD}{name}"
    for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger")
)
_READ: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(_REAL, float),
    **dict.fromkeys(_WHOLE, int),
    f"{XSD}boolean": lambda text: text in ("true", "1"),
    RDF_JSON: json.loads,
}


def plain(text: str, datatype: str | None) -> Any:
    """The value of a literal: a number, a truth value, what JSON says, or else its text."""
    read = _READ.get(datatype or "")
    try:
        return read(text) if read else text
    except ValueError:
        return text
