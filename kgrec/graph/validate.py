"""Validation: columnar rules on the whole graph, SHACL on the whole or on a sample of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import polars as pl
from rdflib import Graph
from rdflib.namespace import RDF, SH

from kgrec.graph.rdf import node_key, to_rdf
from kgrec.graph.report import ValidationReport, Violation
from kgrec.graph.rules import check_rules
from kgrec.graph.shapes import all_shapes, constraint_of, shape_words
from kgrec.turtle import NAMESPACE
from kgrec.vocabulary import Vocabulary

_EXAMPLES = 3
_EDGES_A_NODE = 2


def validate(
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    vocabulary: Vocabulary,
    ontology: Iterable[tuple[str, str]],
    *,
    limit: int,
) -> ValidationReport:
    """Check all nodes by rules, and up to ``limit`` of them (with all that they point to) by SHACL.

    :param limit: how many nodes SHACL looks at; 0 for none
    """
    violations = {
        _group(violation): violation for violation in check_rules(nodes, edges, vocabulary)
    }
    some_nodes, some_edges = sample(nodes, edges, limit)
    if limit:
        rdf = to_rdf(some_nodes, some_edges, vocabulary, ontology)
        shapes = all_shapes(vocabulary, some_edges["relation"].unique())
        for violation in run_shacl(rdf, shapes):
            violations.setdefault(_group(violation), violation)
    return ValidationReport(
        violations=tuple(
            sorted(violations.values(), key=lambda v: (v.severity, v.constraint, v.relation))
        ),
        checked_nodes=nodes.height,
        validated_nodes=some_nodes.height if limit else 0,
        validated_edges=some_edges.height if limit else 0,
        nodes=nodes.height,
        edges=edges.height,
    )


def sample(
    nodes: pl.DataFrame, edges: pl.DataFrame, limit: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A part of a graph: random edges, the same every time, between ``limit`` nodes at most.

    A graph of up to ``limit`` nodes and ``2 * limit`` edges is returned whole.
    """
    if nodes.height <= limit and edges.height <= _EDGES_A_NODE * limit:
        return nodes, edges
    shuffled = edges.sample(fraction=1.0, shuffle=True, seed=0).head(_EDGES_A_NODE * limit)
    place = pl.int_range(pl.len()).alias("place")
    first_seen = (
        pl.concat(shuffled.select(pl.col(end).alias("key"), place) for end in ("head", "tail"))
        .group_by("key")
        .agg(pl.col("place").min())
        .sort("place", "key")
    )
    beyond = first_seen["place"].slice(limit, 1)
    some = shuffled.head(beyond[0]) if beyond.len() else shuffled
    ends = pl.concat([some["head"], some["tail"]]).unique().implode()
    return nodes.filter(pl.col("key").is_in(ends)), some


def run_shacl(graph: Graph, shapes: Graph) -> list[Violation]:
    """Run shapes on an RDF graph that holds the ontology, too."""
    import pyshacl  # slow to import, and needed here only

    _, results, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    grouped: dict[tuple[str, str], set[str]] = defaultdict(set)
    for result in results.subjects(RDF.type, SH.ValidationResult):
        shape = str(results.value(result, SH.sourceShape))
        grouped[constraint_of(shape)].add(_blamed(graph, results.value(result, SH.focusNode)))
    return [
        Violation(
            constraint,
            *shape_words(constraint),
            count=len(found),
            relation=relation,
            examples=tuple(sorted(found)[:_EXAMPLES]),
        )
        for (constraint, relation), found in sorted(grouped.items())
    ]


def _blamed(graph: Graph, focus: Any) -> str:
    """The node, or the pair of an interaction, that a SHACL result is about."""
    if (focus, RDF.type, NAMESPACE.Interaction) in graph:
        ends = (graph.value(focus, NAMESPACE[end]) for end in ("user", "item"))
        return " → ".join(node_key(str(end)) for end in ends)
    return node_key(str(focus))


def _group(violation: Violation) -> tuple[str, str]:
    return violation.constraint, violation.relation
