"""Turtle → plain declarations; what they mean is for :mod:`kgrec.vocabulary` to say.

Relations and literal properties may be declared in the words of OWL as well as in kgrec's.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from rdflib.term import Literal, Node

from kgrec.errors import GraphError
from kgrec.vocabulary.turtle import NAMESPACE as KG
from kgrec.vocabulary.turtle import local_name, parse_turtle

Record = dict[str, Any]

_IRI = re.compile(r"[^\x00-\x20<>\"{}|^`\\]+")
_PREFIXES = {
    "http://dbpedia.org/ontology/": "dbo:",
    "https://schema.org/": "schema:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://www.w3.org/2004/02/skos/core#": "skos:",
    "http://www.w3.org/ns/prov#": "prov:",
    "http://xmlns.com/foaf/0.1/": "foaf:",
}
_CLASSES = (RDFS.Class, OWL.Class)
_RELATIONS = (KG.Relation, OWL.ObjectProperty)
_PROPERTIES = (KG.Property, OWL.DatatypeProperty)
_ANYTHING = (OWL.Thing, RDFS.Resource)  # as a domain or a range they say nothing
_ADDING = (KG.alias, KG.inverseAlias, KG.column)
_WORDS = {
    "label": RDFS.label,
    "description": RDFS.comment,
    "plural": KG.plural,
    "inverse_label": KG.inverseLabel,
    "pattern": KG.pattern,
    "anonymous": KG.anonymousPattern,
    "inverse_pattern": KG.inversePattern,
}


@dataclass
class Declarations:
    """What Turtle files declare, by local name; a later file adds to and overrules an earlier one.

    Every record says in which file it was declared first (``order``, counted from 0) and last
    (``file``), under which ``iri`` (the last) and ``iris`` (all), and whether any file ``declared``
    it or only spoke of it.

    :ivar types: words, ``parents`` (IRIs) and other names of each class
    :ivar relations: words, ``domain``, ``range`` (IRIs), names, counts … of each relation
    :ivar properties: words, ``domain`` and ``range`` of each literal property
    """

    types: dict[str, Record] = field(default_factory=dict)
    relations: dict[str, Record] = field(default_factory=dict)
    properties: dict[str, Record] = field(default_factory=dict)


def read_declarations(texts: Iterable[tuple[str, str]], language: str) -> Declarations:
    """Read ontology files in order.

    :param texts: name and Turtle of each file
    :param language: the language tag of labels and patterns; a text without a tag fits always
    :raises GraphError: if a text is not Turtle, or a term cannot be read
    """
    declarations = Declarations()
    for order, (file, text) in enumerate(texts):
        reader = _Reader(file, order, _parse(file, text), language)
        for subject in reader.types():
            _merge(declarations.types, reader.type(subject), reader)
        classes = {iri for record in declarations.types.values() for iri in record["iris"]}
        for subject in reader.more_names(classes):
            _merge(declarations.types, reader.type(subject), reader)
        for subject in reader.relations(classes):
            _merge(declarations.relations, reader.relation(subject), reader)
        for subject in reader.properties():
            _merge(declarations.properties, reader.property(subject), reader)
    return declarations


def _parse(file: str, text: str) -> Graph:
    log = logging.getLogger("rdflib.term")
    before, log.disabled = log.disabled, True  # it warns of bad IRIs, without the file
    try:
        graph = parse_turtle(file, text)
    finally:
        log.disabled = before
    nodes = (node for triple in graph for node in triple if isinstance(node, URIRef))
    bad = min((node for node in nodes if not _IRI.fullmatch(node)), default=None)
    if bad is not None:
        raise GraphError(f"{file}: <{bad}> is not a valid IRI; rename the term.")
    return graph


@dataclass(frozen=True)
class _Reader:
    file: str
    order: int
    graph: Graph
    language: str

    def types(self) -> list[URIRef]:
        return self._named(self.graph.subjects(RDF.type, kind) for kind in _CLASSES)

    def more_names(self, classes: Container[str]) -> list[URIRef]:
        """Classes of earlier files that this one only gives more names."""
        own = set(self.types())
        named = self._named([self.graph.subjects(KG.alias)])
        return [one for one in named if str(one) in classes and one not in own]

    def relations(self, classes: Container[str]) -> list[URIRef]:
        """Declared relations, and those that this file only gives more names or an inverse."""
        inverse = OWL.inverseOf
        found = self._named(
            [
                *(self.graph.subjects(RDF.type, kind) for kind in _RELATIONS),
                *(self.graph.subjects(predicate) for predicate in _ADDING),
                self.graph.subjects(inverse),
                self.graph.objects(None, inverse),
            ]
        )
        return [one for one in found if str(one) not in classes]

    def properties(self) -> list[URIRef]:
        return self._named(self.graph.subjects(RDF.type, kind) for kind in _PROPERTIES)

    def type(self, subject: URIRef) -> Record:
        parents = self._named([self.graph.objects(subject, RDFS.subClassOf)])
        return self._record(subject) | {
            "declared": True,
            "parents": tuple(map(str, parents)),
            "aliases": self._names(subject, KG.alias) + self._matches(subject),
        }

    def property(self, subject: URIRef) -> Record:
        return self._record(subject) | {
            "declared": True,
            "above": self._above(subject),
            "domain": self._one(subject, RDFS.domain),
            "range": self._one(subject, RDFS.range),
        }

    def relation(self, subject: URIRef) -> Record:
        inverses = self._named([self.graph.objects(subject, OWL.inverseOf)])
        return self._record(subject) | {
            "declared": any(self._is(subject, kind) for kind in _RELATIONS) or None,
            "above": self._above(subject),
            "named": any((subject, predicate, None) in self.graph for predicate in _ADDING) or None,
            "domain": self._one(subject, RDFS.domain),
            "range": self._one(subject, RDFS.range),
            "symmetric": self._is(subject, OWL.SymmetricProperty),
            "transitive": self._is(subject, OWL.TransitiveProperty),
            "functional": self._is(subject, OWL.FunctionalProperty),
            "max_count": self._count(subject, KG.maxCount),
            "min_count": self._count(subject, KG.minCount),
            "inverses": tuple(map(str, inverses)),
            "aliases": self._names(subject, KG.alias) + self._matches(subject),
            "inverse_aliases": self._names(subject, KG.inverseAlias),
            "columns": self._names(subject, KG.column),
        }

    def _record(self, subject: URIRef) -> Record:
        words = {key: self._text(subject, predicate) for key, predicate in _WORDS.items()}
        iri = str(subject)
        return {"iri": iri, "iris": (iri,), "file": self.file, "order": self.order, **words}

    def _named(self, groups: Iterable[Iterable[Node]]) -> list[URIRef]:
        return sorted({node for group in groups for node in group if isinstance(node, URIRef)})

    def _is(self, subject: Node, kind: Node) -> bool | None:
        return (subject, RDF.type, kind) in self.graph or None

    def _above(self, subject: URIRef) -> tuple[str, ...]:
        return tuple(map(str, self._named([self.graph.objects(subject, RDFS.subPropertyOf)])))

    def _one(self, subject: URIRef, predicate: URIRef) -> str | None:
        values = set(self.graph.objects(subject, predicate)).difference(_ANYTHING)
        if any(not isinstance(value, URIRef) for value in values):
            raise GraphError(
                f"{self.file}: the {local_name(predicate)} of '{local_name(subject)}' is no name "
                "but an expression; name one class or datatype."
            )
        found = sorted(map(str, values))
        if len(found) > 1:
            named = " and ".join(f"'{local_name(value)}'" for value in found)
            raise GraphError(
                f"{self.file}: '{local_name(subject)}' has more than one "
                f"{local_name(predicate)}, {named}; keep one, or name a class above them."
            )
        return found[0] if found else None

    def _count(self, subject: URIRef, predicate: URIRef) -> int | None:
        value = self.graph.value(subject, predicate, any=True)
        if value is None:
            return None
        number = value.toPython() if isinstance(value, Literal) else None
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise GraphError(
                f"{self.file}: the {local_name(predicate)} of '{local_name(subject)}' is "
                f"'{value}'; write a whole number from 0."
            )
        return number

    def _text(self, subject: Node, predicate: Node) -> str | None:
        literals = [v for v in self.graph.objects(subject, predicate) if isinstance(v, Literal)]
        fitting = [str(value) for value in literals if value.language == self.language]
        plain = [str(value) for value in literals if value.language is None]
        return min(fitting or plain, default=None)

    def _names(self, subject: Node, predicate: Node) -> tuple[str, ...]:
        return tuple(sorted(str(value) for value in self.graph.objects(subject, predicate)))

    def _matches(self, subject: URIRef) -> tuple[str, ...]:
        """The IRI of the term and of the standard terms that it matches, long and short."""
        matches = (self.graph.objects(subject, kind) for kind in (SKOS.closeMatch, SKOS.exactMatch))
        long = sorted({str(subject), *(str(term) for group in matches for term in group)})
        old = [f"http{iri[5:]}" for iri in long if iri.startswith("https://schema.org/")]
        short = [
            prefix + iri.removeprefix(base)
            for iri in long
            for base, prefix in _PREFIXES.items()
            if iri.startswith(base)
        ]
        return tuple(long + old + short)


def _merge(into: dict[str, Record], new: Record, reader: _Reader) -> None:
    name = local_name(new["iri"])
    known = into.setdefault(name, {})
    if known and known["file"] == new["file"] and known["iri"] != new["iri"]:
        raise GraphError(
            f"{reader.file}: both <{known['iri']}> and <{new['iri']}> are called '{name}'; "
            "rename one of them."
        )
    for key, value in new.items():
        if isinstance(value, tuple):
            known[key] = tuple(dict.fromkeys(known.get(key, ()) + value))
        elif key == "order" or (key == "iri" and not new["declared"]):
            known.setdefault(key, value)
        elif value is not None:
            known[key] = value
        else:
            known.setdefault(key, None)
