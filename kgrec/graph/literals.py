"""Literal values of nodes and edges: as JSON, as Python values, and as databases hold them.

JSON is the form of record: strings, numbers, truth values, lists of them, and JSON-LD value objects
where that is not enough. Databases hold values of their own types; what such a value cannot say (a
language, an odd datatype) must stand beside it as JSON.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

OWN = frozenset(
    {"key", "id", "kind", "type", "label", "text", "weight", "timestamp", "event", "split"}
    | {"literals_json", "kgrec"}
)
"""Properties that are not literals; a literal of the same name gets an underscore behind it."""

_SIMPLE = (str, bool, int, float)
_WHOLE = re.compile(r"[+-]?\d{1,19}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATETIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?", re.ASCII
)
_WHOLE_TYPES = frozenset(
    {"xsd:integer", "xsd:long", "xsd:int", "xsd:short", "xsd:byte", "xsd:unsignedInt"}
    | {"xsd:nonNegativeInteger", "xsd:positiveInteger"}
)
_REAL_TYPES = frozenset({"xsd:double", "xsd:float", "xsd:decimal"})
_NOT_FINITE = {"NaN": math.nan, "INF": math.inf, "-INF": -math.inf}
_EXTENSION = "urn:kgrec:ontology#"
_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"


def parse(text: str | None) -> dict[str, Any]:
    """Read a cell of a ``properties`` column; null values are left out.

    :raises ValueError: if it is not a JSON object
    """
    if text is None or text == "{}":
        return {}
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError(f"not a JSON object: {text[:50]!r}")
    return {name: value for name, value in values.items() if value is not None}


def dump(literals: Mapping[str, Any]) -> str:
    """Write literals, JSON values or Python values, as a cell of a ``properties`` column."""
    present = {name: encode(value) for name, value in literals.items() if value is not None}
    return json.dumps(present, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def stored_name(name: str) -> str:
    """The property under which a property graph holds the literal ``name``.

    >>> stored_name("year"), stored_name("id"), stored_name("id_")
    ('year', 'id_', 'id__')
    """
    return f"{name}_" if name.rstrip("_") in OWN else name


def literal_name(stored: str) -> str | None:
    """Undo :func:`stored_name`; ``None`` if the property is not a literal."""
    if stored in OWN:
        return None
    return stored[:-1] if stored.endswith("_") and stored.rstrip("_") in OWN else stored


def native(value: Any) -> tuple[Any, bool]:
    """The value of a typed database that comes nearest to a JSON value.

    :return: ``str``, ``bool``, ``int`` (64 bits), ``float``, ``date``, ``datetime`` or a list of
        one of these; and whether :func:`encode` makes exactly ``value`` of it again
    """
    if _is_native(value):
        return value, True
    found = _native_list(value) if isinstance(value, list) else _native_one(value)
    return found, same(encode(found), value)


def encode(value: Any) -> Any:
    """The JSON value that says all of a Python value, or of one of Neo4j's driver.

    >>> encode(date(1999, 3, 31)), encode(math.nan)["@value"], encode(b"abc")["@type"]
    ({'@value': '1999-03-31', '@type': 'xsd:date'}, 'NaN', 'xsd:base64Binary')
    """
    if isinstance(value, float) and not math.isfinite(value):
        return _typed(_real_text(value), "xsd:double")
    if value is None or isinstance(value, _SIMPLE):
        return value
    if isinstance(value, Mapping):
        return {str(name): encode(entry) for name, entry in value.items()}
    if hasattr(value, "srid"):  # a point of Neo4j's is also a tuple
        return _typed(_wkt(value), _WKT)
    if isinstance(value, (list, tuple)) and not hasattr(value, "iso_format"):  # a duration is one
        return [encode(entry) for entry in value]
    return _encode_typed(value)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same, also in their types: 1 is not 1.0, nor True."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other and str(one) == str(other)


def _is_native(value: Any) -> bool:
    if isinstance(value, list):
        return len(set(map(type, value))) <= 1 and not any(
            isinstance(entry, (list, dict)) or not _is_native(entry) for entry in value
        )
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, (str, bool)) or (isinstance(value, int) and _fits(value))


def _fits(value: int) -> bool:
    return -(2**63) <= value < 2**63


def _native_one(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if _fits(value) else str(value)
    if isinstance(value, _SIMPLE):
        return value
    if isinstance(value, dict) and isinstance(value.get("@value"), _SIMPLE):
        return _native_typed(value["@value"], str(value.get("@type", "")))
    return json.dumps(value, ensure_ascii=False)


def _native_typed(value: Any, datatype: str) -> Any:
    if not isinstance(value, str):
        return _native_one(value)
    try:
        return _read_typed(value, datatype)
    except ValueError:
        return value


def _read_typed(text: str, datatype: str) -> Any:
    """What a text of a datatype means; itself, where no database has a type for it."""
    if datatype == "xsd:date" and _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if datatype == "xsd:dateTime" and _DATETIME.fullmatch(text):
        return datetime.fromisoformat(text)
    if datatype in _WHOLE_TYPES and _WHOLE.fullmatch(text):
        return _native_one(int(text))
    if datatype in _REAL_TYPES:
        return _NOT_FINITE[text] if text in _NOT_FINITE else float(text)
    if datatype == "xsd:boolean" and text in ("true", "false", "1", "0"):
        return text in ("true", "1")
    return text


def _native_list(values: list[Any]) -> list[Any]:
    """Databases hold lists of one type; mixed numbers become real, anything else mixed, text."""
    found = [_native_one(value) for value in values if value is not None]
    types = {type(value) for value in found}
    if len(types) <= 1:
        return found
    if types == {int, float}:
        return [float(value) for value in found]
    return [_text(value) for value in found]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def _typed(text: str, datatype: str) -> dict[str, str]:
    return {"@value": text, "@type": datatype}


def _real_text(value: float) -> str:
    return next(text for text, real in _NOT_FINITE.items() if repr(real) == repr(value))


def _encode_typed(value: Any) -> Any:
    if isinstance(value, datetime):
        return _typed(_utc(value.isoformat()), "xsd:dateTime")
    if isinstance(value, (date, time)):
        return _typed(_utc(value.isoformat()), f"xsd:{type(value).__name__}")
    if isinstance(value, timedelta):
        return _typed(_duration(value), "xsd:dayTimeDuration")
    if isinstance(value, (bytes, bytearray)):
        return _typed(base64.b64encode(value).decode(), "xsd:base64Binary")
    if isinstance(value, Decimal):
        return _typed(f"{value:f}", "xsd:decimal")
    if hasattr(value, "iso_format"):
        return _encode_temporal(value)
    return _typed(str(value), _EXTENSION + type(value).__name__)


def _encode_temporal(value: Any) -> dict[str, str]:
    """A date, time or duration of Neo4j's: years 1 to 9999, nanoseconds, names of time zones."""
    name, text = type(value).__name__, value.iso_format()
    text = re.sub(r"(\.\d*?)0+(?=\D|$)", r"\1", text)
    text = re.sub(r"\.(?=\D|$)", "", text)
    if name == "Duration":
        return _typed(text, _EXTENSION + "duration" if "-" in text else "xsd:duration")
    zone = getattr(getattr(value, "tzinfo", None), "zone", None) or getattr(
        getattr(value, "tzinfo", None), "key", None
    )
    if name == "DateTime" and zone and zone != "UTC":
        return _typed(f"{text}[{zone}]", _EXTENSION + "zonedDateTime")
    return _typed(_utc(text), {"Date": "xsd:date", "Time": "xsd:time"}.get(name, "xsd:dateTime"))


def _utc(text: str) -> str:
    return re.sub(r"\+00:00$", "Z", text)


def _duration(value: timedelta) -> str:
    sign, rest = ("-", -value) if value < timedelta(0) else ("", value)
    seconds = Decimal(rest.seconds) + Decimal(rest.microseconds) / 1_000_000
    return f"{sign}P{rest.days}DT{seconds:f}S"


def _wkt(point: Any) -> str:
    numbers = " ".join(repr(float(number)) for number in point)
    system = f"<http://www.opengis.net/def/crs/EPSG/0/{point.srid}> "
    on_earth = point.srid in (4326, 4979)
    return f"{system if on_earth else ''}POINT{' Z' if len(point) == 3 else ''}({numbers})"
