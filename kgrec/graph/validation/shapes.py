"""The SHACL shapes of a graph: those of the package, the user's own, and more from the ontology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, unquote

from rdflib import Graph, Namespace
from rdflib.namespace import SH

from kgrec.graph.validation.datatypes import datatype
from kgrec.vocabulary import INTERACTED, Property, Relation, Vocabulary
from kgrec.vocabulary.turtle import builtin_shapes, local_name, parse_turtle

SHAPES = Namespace("urn:kgrec:shapes#")

_STRING = "http://www.w3.org/2001/XMLSchema#string"
_PREFIXES = """
@prefix kg: <urn:kgrec:ontology#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
_SHAPE = "\n<urn:kgrec:shapes#{constraint}/{name}> a sh:{kind} ; {content} .\n"
_EXISTS = """sh:targetSubjectsOf <{iri}> ; sh:targetObjectsOf <{iri}> ;
    sh:not [ sh:property [ sh:path rdf:type ; sh:maxCount 0 ] ]"""
# A node without any type does not exist, which is for the shape above to say.
_FITS = """sh:{target} <{iri}> ; sh:or (
    [ sh:class <{wanted}> ] [ sh:property [ sh:path rdf:type ; sh:in ( {untyped} ) ] ] )"""
_COUNT = "{targets} ; sh:path {path} ; sh:{limit} {count}"
_TWICE = "sh:targetSubjectsOf <{iri}> ; sh:path [ sh:inversePath <{iri}> ] ; sh:disjoint <{iri}>"
# Core SHACL cannot compare what a path reaches with the node where it began: a query can.
_CYCLIC = """sh:targetSubjectsOf <{iri}> ;
    sh:sparql [ sh:select "SELECT $this WHERE {{ $this <{iri}>+ $this }}" ]"""
_DATATYPE = "sh:targetSubjectsOf <{iri}> ; sh:path <{iri}> ; sh:or ( {choices} )"


def all_shapes(
    vocabulary: Vocabulary, relations: Iterable[str], properties: Iterable[str]
) -> Graph:
    """All shapes of the package for a graph with these relations and literal properties."""
    needed = {name for name, relation in vocabulary.relations.items() if relation.min_count}
    texts = [_PREFIXES]
    for name in sorted(needed.union(relations)):
        if name != INTERACTED:  # has shapes of its own
            relation = vocabulary.relation(name)
            texts += _relation_shapes(name, vocabulary.relation_iri(name), relation, vocabulary)
    declared = sorted(set(properties) & vocabulary.properties.keys())
    texts += (_property_shape(vocabulary.properties[name]) for name in declared)
    return builtin_shape_graph() + parse_turtle("shapes", "".join(texts))


def constraint_of(shape: str) -> tuple[str, str]:
    """Name of the constraint and relation (may be empty), from the IRI of a shape."""
    constraint, _, relation = shape.removeprefix(str(SHAPES)).partition("/")
    return constraint, unquote(relation)


@lru_cache(maxsize=64)
def shape_words(constraint: str) -> tuple[str, str]:
    """Severity (``error`` or ``warning``) and message of a constraint, as its shape states them."""
    shape, graph = SHAPES[constraint], builtin_shape_graph()
    severity = local_name(graph.value(shape, SH.severity) or SH.Violation)
    message = str(graph.value(shape, SH.message) or constraint)
    return ("error" if severity == "Violation" else "warning"), message


@lru_cache(maxsize=1)
def builtin_shape_graph() -> Graph:
    """The SHACL files of the package as one graph; not to be changed."""
    graph = Graph()
    for name, text in builtin_shapes():
        graph += parse_turtle(name, text)
    return graph


def _relation_shapes(
    name: str, iri: str, relation: Relation, vocabulary: Vocabulary
) -> Iterator[str]:
    def shape(constraint: str, content: str) -> str:
        return _shape(constraint, name, content)

    yield shape("unknown-node", _EXISTS.format(iri=iri))
    for constraint, target, wanted in (
        ("wrong-domain", "targetSubjectsOf", relation.domain),
        ("wrong-range", "targetObjectsOf", relation.range),
    ):
        if wanted != "Node":
            untyped = "" if wanted == "User" else "kg:Item kg:Entity"
            type_iri = vocabulary.type_iri(wanted)
            yield shape(
                constraint, _FITS.format(target=target, iri=iri, wanted=type_iri, untyped=untyped)
            )
    if relation.symmetric:
        yield shape("stated-twice", _TWICE.format(iri=iri))
    elif relation.transitive:
        yield shape("cyclic", _CYCLIC.format(iri=iri))
    for constraint, content in _counts(iri, relation, vocabulary):
        yield shape(constraint, content)


def _counts(iri: str, relation: Relation, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    path, targets = f"<{iri}>", f"sh:targetSubjectsOf <{iri}>"
    if relation.symmetric:
        path = f"[ sh:alternativePath ( <{iri}> [ sh:inversePath <{iri}> ] ) ]"
        targets += f" ; sh:targetObjectsOf <{iri}>"
    if relation.max_count is not None:
        yield (
            "too-many",
            _COUNT.format(targets=targets, path=path, limit="maxCount", count=relation.max_count),
        )
    if relation.min_count:
        domain = f"sh:targetClass <{vocabulary.type_iri(relation.domain)}>"
        yield (
            "too-few",
            _COUNT.format(targets=domain, path=path, limit="minCount", count=relation.min_count),
        )


def _shape(constraint: str, name: str, content: str) -> str:
    kind = "PropertyShape" if "; sh:path" in content.partition("[")[0] else "NodeShape"
    return _SHAPE.format(
        constraint=constraint, name=quote(name, safe=""), kind=kind, content=content
    )


def _property_shape(declared: Property) -> str:
    wanted = datatype(declared.datatype)
    if wanted is None:
        return ""
    choices = [f"[ sh:datatype <{iri}> ]" for iri in wanted.accepted]
    if wanted.pattern:
        pattern = wanted.pattern.replace("\\", "\\\\")
        choices.append(f'[ sh:datatype <{_STRING}> ; sh:pattern "{pattern}" ]')
    content = _DATATYPE.format(iri=declared.iri, choices=" ".join(choices))
    return _shape("wrong-datatype", declared.name, content)
