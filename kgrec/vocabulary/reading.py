"""From ontologies as Turtle to terms: what is declared, without contradictions, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kgrec.vocabulary.contradictions import ancestors, resolve
from kgrec.vocabulary.declarations import Record, read_declarations
from kgrec.vocabulary.inverses import fold_inverses
from kgrec.vocabulary.terms import VAGUE, NodeType, Property, Relation, worded
from kgrec.vocabulary.words import prettify

Terms = tuple[dict[str, NodeType], dict[str, Relation], dict[str, Property]]

_SAYS_NOTHING = frozenset(
    {"https://schema.org/Thing", "https://schema.org/CreativeWork"}
    | {"http://www.w3.org/2002/07/owl#Thing", "http://www.w3.org/ns/prov#Entity"}
)


def read_terms(texts: tuple[tuple[str, str], ...], language: str) -> Terms:
    """The types, relations and properties that ontologies declare, by name.

    :param texts: pairs of a name and a Turtle text; a later one overrules
    :param language: the language tag of labels and patterns
    :raises GraphError: if a text is not Turtle, or if it contradicts itself
    """
    declared = read_declarations(texts, language)
    fold_inverses(declared)
    resolve(declared)
    hidden = ("Node", "Relation", "Property")
    return (
        {name: _node_type(name, declared.types) for name in declared.types if name not in hidden},
        {name: _relation(name, record) for name, record in declared.relations.items()},
        {name: _property(name, record) for name, record in declared.properties.items()},
    )


def _node_type(name: str, types: Mapping[str, Record]) -> NodeType:
    record, broader = types[name], ancestors(name, types)
    label = record.get("label") or prettify(name)
    kind = next(
        (kind for kind in ("user", "item") if kind.capitalize() in (name, *broader)), "entity"
    )
    plural = record.get("plural") or f"{label}s"
    return NodeType(
        name=name,
        label=label,
        plural=plural,
        parents=broader,
        kind=kind,
        iri=record["iri"],
        description=record.get("description") or "",
        aliases=record["aliases"],
        standards=_standards(types[each] for each in (name, *broader) if each not in VAGUE),
    )


def _standards(records: Iterable[Record]) -> tuple[str, ...]:
    foreign = (iri for record in records for iri in record["standards"])
    return tuple(dict.fromkeys(iri for iri in foreign if iri not in _SAYS_NOTHING))


def _relation(name: str, record: Record) -> Relation:
    label = record.get("label") or prettify(name)
    fields = Relation.__dataclass_fields__
    given = {key: value for key, value in record.items() if value and key in fields}
    relation = replace(worded(name, label), **given)
    if "inverse_pattern" not in given:
        relation = replace(relation, inverse_pattern=f"also {relation.inverse_label} {{entity}}")
    return relation


def _property(name: str, record: Record) -> Property:
    return Property(
        name=name,
        label=record.get("label") or prettify(name),
        datatype=record["range"],
        iri=record["iri"],
        domain=record["domain"] or "Node",
        description=record.get("description") or "",
    )
