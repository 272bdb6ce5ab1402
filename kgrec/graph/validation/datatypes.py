"""Which literals a declared property may have; SHACL and the rules read the same table."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib.namespace import RDF, XSD

ISO_DATE = r"^-?\d{4,}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+\-]\d\d:\d\d)?)?)?)?$"
"""How a table without dates of its own writes a year, a month, a day or a moment."""

_WHOLE = ["integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"]
_WHOLE += ["unsignedInt", "gYear"]
_REAL = [*_WHOLE, "decimal", "double", "float"]
_TIMES = ["date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth"]

_JSON_WHOLE = r"-?\d+"
_JSON_REAL = r"-?\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?"
_JSON_TEXT = r'"(?:[^"\\]|\\.)*"'
_JSON_DATE = r'"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d)?"'


@dataclass(frozen=True)
class Datatype:
    """What is accepted where an ontology asks for a datatype.

    :ivar accepted: IRIs of datatypes of the literals
    :ivar pattern: strings that are accepted, too; empty for none
    :ivar json: a regular expression of JSON values that surely are accepted
    """

    accepted: tuple[str, ...]
    pattern: str = ""
    json: str = ""


def datatype(iri: str) -> Datatype | None:
    """What is accepted for the datatype ``iri``; ``None``: any literal.

    A number may be written in any numeric datatype that loses nothing, a date also as a string of
    ISO 8601, because tables and JSON have no other dates.
    """
    name = iri.removeprefix(str(XSD))
    if name in _WHOLE:
        return Datatype(_iris(_WHOLE), json=_JSON_WHOLE)
    if name in _REAL:
        return Datatype(_iris(_REAL), json=_JSON_REAL)
    if name in _TIMES:
        return Datatype(_iris(_TIMES), pattern=ISO_DATE, json=_JSON_DATE)
    if name in ("string", "normalizedString", "token", "anyURI"):
        accepted = (*_iris(["string", "anyURI", "normalizedString", "token"]), str(RDF.langString))
        return Datatype(accepted, json=_JSON_TEXT)
    if name == "boolean":
        return Datatype(_iris(["boolean"]), json="(?:true|false)")
    if iri.startswith(str(XSD)):
        return Datatype((iri,))
    return Datatype((iri,)) if iri == str(RDF.langString) else None


def _iris(names: list[str]) -> tuple[str, ...]:
    return tuple(f"{XSD}{name}" for name in names)
