"""One JSON value → literals of RDF that say all of it, and Python values ← terms."""

from __future__ import annotations

import json
import re
from typing import Any

from kgrec.errors import StoreError
from kgrec.graph.rdf.escape import escape
from kgrec.graph.rdf.iris import valid_iri
from kgrec.graph.rdf.namespaces import RDF_JSON, XSD

_SIMPLE = {bool: "boolean", int: "integer", float: "double"}
_LANGUAGE = re.compile(r"[a-z]{2,8}(-[a-z0-9]{2,8})*")
_WHOLE = r"0|-?[1-9][0-9]{0,17}"
_DATE = r"[0-9]{4}-[01][0-9]-[0-3][0-9]"
_TIME = r"[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]*[1-9])?"
_ZONE = r"(Z|[+-][01][0-9]:[0-5][0-9])?"
# Stores keep the value of these and not how it was written: "01" comes back as "1", and an int as
# an integer. Here is what they surely give back as it was.
_KEPT = {
    "date": f"{_DATE}{_ZONE}",
    "time": f"{_TIME}{_ZONE}",
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}",
    "gYear": "[1-9][0-9]{3}",
    "gYearMonth": "[1-9][0-9]{3}-[01][0-9]",
}
_NORMALISED = re.compile(
    f"{XSD}(string|boolean|decimal|float|double|((non)?(Positive|Negative))?integer"
    "|(unsigned)?(byte|short|int|long)|date|time|dateTime(Stamp)?|gYear(Month)?|gMonth(Day)?|gDay"
    "|(dayTime|yearMonth)?duration)",
    re.IGNORECASE,
)


def literals(value: Any) -> list[str]:
    """Write a JSON value as literals.

    The first ones are for queries. What they cannot say exactly (a list and its order, a number of
    an odd form) stands once more as a literal of the type ``rdf:JSON``.

    :param value: as :data:`kgrec.graph.schema.NODES` allows it
    :return: in the syntax of N-Triples
    """
    if isinstance(value, list):
        texts = [entry for entry in value if not isinstance(entry, (int, float, list))]
        return [*dict.fromkeys(lit for entry in texts for lit in _plain(entry)), _json(value)]
    plain = _plain(value)
    return plain if plain and _exact(value) else [*plain, _json(value)]


def quote(text: str, datatype: str | None = None, language: str | None = None) -> str:
    """Write one literal in the syntax of N-Triples.

    >>> print(quote("it's \\"so\\"", language="en"))
    "it's \\"so\\""@en
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise StoreError(
            f"half of a character (a lone surrogate) is in the text {text[:40]!a}; correct it."
        ) from error
    if language is not None:
        return f'"{escape(text)}"@{language}'
    return f'"{escape(text)}"' + (f"^^<{datatype}>" if datatype else "")


def expanded(datatype: str) -> str | None:
    """The IRI of a datatype: ``"xsd:date"``, or an IRI already; ``None`` if it is neither."""
    iri = XSD + datatype.removeprefix("xsd:") if datatype.startswith("xsd:") else datatype
    return iri if valid_iri(iri) else None


def is_language(tag: str) -> bool:
    """Whether a language tag is one that every RDF tool keeps as it is."""
    return _LANGUAGE.fullmatch(tag) is not None


def number(value: float) -> str:
    """A floating point number as RDF writes it."""
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(repr(value), repr(value))


def _plain(value: Any) -> list[str]:
    """The literal that comes nearest to a value."""
    if isinstance(value, str):
        return [quote(value)]
    if type(value) in _SIMPLE:
        text = number(value) if isinstance(value, float) else json.dumps(value)
        return [quote(text, XSD + _SIMPLE[type(value)])]
    return _object(value) if isinstance(value, dict) else []


def _object(value: dict[str, Any]) -> list[str]:
    text, datatype, language = (value.get(f"@{name}") for name in ("value", "type", "language"))
    if not isinstance(text, str):
        return []
    if isinstance(language, str):
        tag = language.lower()
        return [quote(text, language=tag)] if is_language(tag) else [quote(text)]
    iri = expanded(datatype) if isinstance(datatype, str) else None
    if iri is None or iri == RDF_JSON:
        return [quote(text)]
    return [quote(text, None if iri == f"{XSD}string" else iri)]


def _exact(value: Any) -> bool:
    """Whether every store gives back this very value from its nearest literal."""
    if not isinstance(value, dict):
        return isinstance(value, (str, bool, int)) or abs(value) < float("inf")
    text = value.get("@value")
    if value.keys() == {"@value", "@language"}:
        return isinstance(value["@language"], str) and is_language(value["@language"])
    if value.keys() != {"@value", "@type"} or not isinstance(value["@type"], str):
        return False
    return isinstance(text, str) and _typed_is_exact(text, value["@type"])


def _typed_is_exact(text: str, datatype: str) -> bool:
    iri = expanded(datatype)
    if iri is None or iri == RDF_JSON or datatype.startswith(XSD):
        return False
    if _NORMALISED.fullmatch(iri):
        pattern = _KEPT.get(iri.removeprefix(XSD))
        return pattern is not None and re.fullmatch(pattern, text) is not None
    return True


def _json(value: Any) -> str:
    return quote(json.dumps(value, ensure_ascii=False, separators=(",", ":")), RDF_JSON)
