"""A graph as RDF triples in memory, as its shapes look at it."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import polars as pl
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, XSD

from kgrec.graph.rdf import node_iri
from kgrec.graph.validation.rules_properties import members
from kgrec.vocabulary import INTERACTED, Vocabulary
from kgrec.vocabulary.turtle import NAMESPACE, builtin_ontology, parse_turtle

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def validation_graph(
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    vocabulary: Vocabulary,
    ontologies: Iterable[tuple[str, str]] = (),
) -> Graph:
    """Nodes, edges, and the classes and ontologies that shapes may refer to.

    A node is of the class of its kind and of that of its type. An interaction is a node of its own
    (user, item, weight, time, kind, split) beside the direct triple, and so is a fact with a weight
    other than 1 or with a split. Of properties that cannot be read nothing is stated.

    :param ontologies: name and Turtle of the user's ontologies
    """
    graph = Graph()
    for triple in _subclasses():
        graph.add(triple)
    for name, text in ontologies:
        graph += parse_turtle(name, text)
    for node_type in vocabulary.types.values():
        for parent in node_type.parents:
            graph.add((URIRef(node_type.iri), RDFS.subClassOf, _type(parent, vocabulary)))
    for row in nodes.iter_rows(named=True):
        _add_node(graph, row, vocabulary)
    for row in edges.iter_rows(named=True):
        head, tail = node_iri(row["head"]), node_iri(row["tail"])
        graph.add((head, URIRef(vocabulary.relation_iri(row["relation"])), tail))
        if row["relation"] == INTERACTED:
            _add_edge(
                graph, NAMESPACE.Interaction, {NAMESPACE.user: head, NAMESPACE.item: tail}, row
            )
        elif row["weight"] != 1 or row["split"] is not None:
            _add_edge(graph, RDF.Statement, {RDF.subject: head, RDF.object: tail}, row)
    return graph


def literals(value: Any) -> list[Literal]:
    """The literals that a value in a JSON object of properties stands for."""
    if isinstance(value, list):
        return [literal for entry in value for literal in literals(entry)]
    if isinstance(value, dict):
        return list(_value_object(value))
    if isinstance(value, float) and not math.isfinite(value):
        return [Literal({"inf": "INF", "-inf": "-INF"}.get(str(value), "NaN"), datatype=XSD.double)]
    return [] if value is None else [Literal(value)]


@contextmanager
def without_log() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each literal that is not of its datatype."""
    log = logging.getLogger("rdflib.term")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


@lru_cache(maxsize=1)
def _subclasses() -> tuple[tuple[Any, Any, Any], ...]:
    """How the classes of the package stand to those of schema.org, SKOS and PROV."""
    graphs = (parse_turtle(name, text) for name, text in builtin_ontology())
    return tuple(triple for g in graphs for triple in g.triples((None, RDFS.subClassOf, None)))


def _value_object(value: dict[str, Any]) -> Iterator[Literal]:
    text = value.get("@value")
    if isinstance(text, (str, int, float)):
        datatype = value.get("@type")
        if isinstance(datatype, str) and datatype.startswith("xsd:"):
            datatype = str(XSD) + datatype.removeprefix("xsd:")
        language = value.get("@language") if datatype is None else None
        known = isinstance(language, str) and _LANGUAGE.fullmatch(language)
        yield Literal(
            text,
            datatype=URIRef(datatype) if isinstance(datatype, str) else None,
            lang=language if known else None,
        )


def _type(name: str, vocabulary: Vocabulary) -> URIRef:
    return URIRef(vocabulary.type_iri(vocabulary.type(name).name))


def _add_node(graph: Graph, row: dict[str, Any], vocabulary: Vocabulary) -> None:
    iri = node_iri(row["key"])
    graph.add((iri, RDF.type, NAMESPACE[row["kind"].capitalize()]))
    graph.add((iri, RDF.type, _type(row["type"], vocabulary)))
    for predicate, text in ((RDFS.label, row["label"]), (NAMESPACE.text, row["text"])):
        if text is not None:
            graph.add((iri, predicate, Literal(text)))
    for name, value in members(row["properties"]).items():
        for literal in literals(value):
            graph.add((iri, URIRef(vocabulary.property_iri(name)), literal))


def _add_edge(graph: Graph, kind: URIRef, ends: dict[URIRef, URIRef], row: dict[str, Any]) -> None:
    node = BNode()
    graph.add((node, RDF.type, kind))
    for end, iri in ends.items():
        graph.add((node, end, iri))
    columns = {"weight": XSD.double, "timestamp": XSD.integer, "event": None, "split": None}
    for name, datatype in columns.items():
        if row[name] is not None:
            graph.add((node, NAMESPACE[name], Literal(row[name], datatype=datatype)))
