"""The SHACL shapes of a graph: those of the package, and more from domain and range."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote

from rdflib import Graph, Namespace
from rdflib.namespace import SH

from kgrec.turtle import builtin_shapes, local_name, parse_turtle
from kgrec.vocabulary import INTERACTED, Vocabulary

SHAPES = Namespace("urn:kgrec:shapes#")

_PREFIXES = """
@prefix kg: <urn:kgrec:ontology#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
_EXISTS = """
<urn:kgrec:shapes#unknown-node/{name}> a sh:NodeShape ;
    sh:targetSubjectsOf <urn:kgrec:ontology#{name}> ;
    sh:targetObjectsOf <urn:kgrec:ontology#{name}> ;
    sh:not [ sh:property [ sh:path rdf:type ; sh:maxCount 0 ] ] .
"""
# A node without any type does not exist, which is for the shape above to say.
_FITS = """
<urn:kgrec:shapes#{constraint}/{name}> a sh:NodeShape ;
    sh:{target} <urn:kgrec:ontology#{name}> ; sh:severity sh:Warning ;
    sh:or ( [ sh:class <urn:kgrec:ontology#{wanted}> ]
            [ sh:property [ sh:path rdf:type ; sh:in ( {untyped} ) ] ] ) .
"""


def all_shapes(vocabulary: Vocabulary, relations: Iterable[str]) -> Graph:
    """All shapes for a graph with these relations."""
    texts = [_PREFIXES, *(_relation_shapes(vocabulary, name) for name in sorted(set(relations)))]
    shapes: Graph = _builtin() + parse_turtle("shapes", "".join(texts))
    return shapes


def constraint_of(shape: str) -> tuple[str, str]:
    """Name of the constraint and relation (may be empty), from the IRI of a shape."""
    constraint, _, relation = shape.removeprefix(str(SHAPES)).partition("/")
    return constraint, unquote(relation)


@lru_cache(maxsize=64)
def shape_words(constraint: str) -> tuple[str, str]:
    """Severity (``error`` or ``warning``) and message of a constraint, as its shape states them."""
    if constraint == "duplicate-key":  # RDF cannot even say this one: equal IRIs are one node
        return "error", "two nodes have one key; rename one of them"
    shape, graph = SHAPES[constraint], _builtin()
    severity = local_name(graph.value(shape, SH.severity) or SH.Violation)
    message = str(graph.value(shape, SH.message) or constraint)
    return ("error" if severity == "Violation" else "warning"), message


@lru_cache(maxsize=1)
def _builtin() -> Graph:
    graph = Graph()
    for name, text in builtin_shapes():
        graph += parse_turtle(name, text)
    return graph


def _relation_shapes(vocabulary: Vocabulary, relation_name: str) -> str:
    if relation_name == INTERACTED:  # has shapes of its own
        return ""
    relation, name = vocabulary.relation(relation_name), quote(relation_name, safe="")
    text = _EXISTS.format(name=name)
    for constraint, target, wanted in (
        ("wrong-domain", "targetSubjectsOf", relation.domain),
        ("wrong-range", "targetObjectsOf", relation.range),
    ):
        if wanted != "Node":
            untyped = "" if wanted == "User" else "kg:Item kg:Entity"
            text += _FITS.format(
                constraint=constraint,
                target=target,
                name=name,
                untyped=untyped,
                wanted=quote(wanted, safe=""),
            )
    return text
