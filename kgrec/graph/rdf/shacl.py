"""A graph in rdflib, for validation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, XSD

from kgrec.graph.literals import parse
from kgrec.graph.rdf.iris import node_iri, term
from kgrec.graph.rdf.values import expanded, is_language
from kgrec.turtle import NAMESPACE, parse_turtle
from kgrec.vocabulary import INTERACTED, Vocabulary


def to_rdf(
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    vocabulary: Vocabulary,
    ontology: Iterable[tuple[str, str]],
) -> Graph:
    """Write nodes, edges and the ontology into one RDF graph.

    An interaction is a node of its own (user, item, weight, time, split) beside the direct triple.
    """
    graph = Graph()
    for name, text in ontology:
        graph += parse_turtle(name, text)
    _declare(graph, nodes, edges, vocabulary)
    for row in nodes.iter_rows(named=True):
        _add_node(graph, row, vocabulary)
    for row in edges.iter_rows(named=True):
        head, tail = node_iri(row["head"]), node_iri(row["tail"])
        graph.add((head, URIRef(vocabulary.relation_iri(row["relation"])), tail))
        if row["relation"] == INTERACTED:
            _add_interaction(graph, head, tail, row)
    return graph


def _declare(
    graph: Graph, nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary
) -> None:
    """State what no ontology file states: generic types and relations."""
    for type_name, kind in nodes.select("type", "kind").unique().iter_rows():
        node_type = vocabulary.type(type_name)
        if type_name not in vocabulary.types or (
            kind != "entity" and not node_type.is_a(kind.capitalize())
        ):
            type_iri = URIRef(vocabulary.type_iri(type_name))
            graph.add((type_iri, RDFS.subClassOf, term(kind.capitalize())))
    for name in edges["relation"].unique():
        relation, iri = vocabulary.relation(name), URIRef(vocabulary.relation_iri(name))
        graph.add((iri, RDF.type, NAMESPACE.Relation))
        if not relation.known:
            graph.add((iri, RDFS.domain, URIRef(vocabulary.type_iri(relation.domain))))
            graph.add((iri, RDFS.range, URIRef(vocabulary.type_iri(relation.range))))


def _add_node(graph: Graph, row: dict[str, str | None], vocabulary: Vocabulary) -> None:
    iri = node_iri(str(row["key"]))
    graph.add((iri, RDF.type, URIRef(vocabulary.type_iri(str(row["type"])))))
    if row["label"] is not None:
        graph.add((iri, RDFS.label, Literal(row["label"])))
    for name, value in parse(row["properties"]).items():
        for entry in value if isinstance(value, list) else [value]:
            graph.add((iri, term(name), _literal(entry)))


def _literal(value: Any) -> Literal:
    """The literal that comes nearest to a JSON value."""
    if not isinstance(value, dict):
        return Literal(value)
    text, datatype, language = (value.get(f"@{name}") for name in ("value", "type", "language"))
    if isinstance(language, str) and is_language(language):
        return Literal(text, lang=language)
    iri = expanded(datatype) if isinstance(datatype, str) else None
    return Literal(text, datatype=URIRef(iri)) if iri else Literal(text)


def _add_interaction(graph: Graph, head: URIRef, tail: URIRef, row: dict[str, object]) -> None:
    node = BNode()
    graph.add((node, RDF.type, NAMESPACE.Interaction))
    graph.add((node, NAMESPACE.user, head))
    graph.add((node, NAMESPACE.item, tail))
    for name, datatype in (("weight", XSD.double), ("timestamp", XSD.integer), ("split", None)):
        if row[name] is not None:
            graph.add((node, NAMESPACE[name], Literal(row[name], datatype=datatype)))
