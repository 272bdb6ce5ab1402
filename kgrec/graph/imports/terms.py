"""Literals of RDF → JSON values."""

from __future__ import annotations

import json
import math
from typing import Any

from kgrec.graph.rdf.namespaces import RDF_JSON, XSD

_WHOLE = frozenset(
    f"{XSD}{name}"
    for name in (
        *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"),
        *("unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte", "negativeInteger"),
    )
)
_REAL = frozenset((f"{XSD}double", f"{XSD}float"))


def value_of(text: str, datatype: str | None, language: str | None) -> Any:
    """The JSON value of a literal: exactly what it says, in the simplest form that does.

    >>> value_of("1999", "http://www.w3.org/2001/XMLSchema#integer", None)
    1999
    >>> value_of("Le Mans", None, "fr")
    {'@value': 'Le Mans', '@language': 'fr'}
    """
    if language:
        return {"@value": text, "@language": language}
    if datatype is None or datatype == f"{XSD}string":
        return text
    short = f"xsd:{datatype.removeprefix(XSD)}" if datatype.startswith(XSD) else datatype
    simple = _simple(text, datatype)
    return {"@value": text, "@type": short} if simple is None else simple


def _simple(text: str, datatype: str) -> Any:
    try:
        if datatype in _WHOLE:
            return int(text) if str(int(text)) == text else None
        if datatype in _REAL:
            return float(text) if math.isfinite(float(text)) else None
        if datatype == RDF_JSON:
            return json.loads(text)
    except ValueError:
        return None
    return {"true": True, "false": False}.get(text) if datatype == f"{XSD}boolean" else None
