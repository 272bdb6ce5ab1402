"""Terms in the answer to a query → plain Python values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from kgrec.graph.rdf.namespaces import RDF_JSON, XSD
from kgrec.graph.result import QueryResult

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


def result(answer: Mapping[str, Any], row_limit: int) -> QueryResult:
    """Read SPARQL's JSON, up to a number of rows."""
    if "boolean" in answer:
        return QueryResult(["answer"], [[bool(answer["boolean"])]])
    columns, found = answer["head"]["vars"], answer["results"]["bindings"]
    rows = [[_value(row.get(column)) for column in columns] for row in found[:row_limit]]
    return QueryResult(columns, rows, truncated=len(found) > row_limit)


def _value(term: Mapping[str, str] | None) -> Any:
    if term is None:
        return None
    if term["type"] == "bnode":
        return f"_:{term['value']}"
    is_literal = term["type"] in ("literal", "typed-literal")
    return plain(term["value"], term.get("datatype")) if is_literal else term["value"]
