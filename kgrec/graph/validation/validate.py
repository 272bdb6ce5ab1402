"""Validation: columnar rules on the whole graph, SHACL on the whole or on a part of it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from kgrec.graph.coded import Coded
from kgrec.graph.rdf import node_iri
from kgrec.graph.report import ValidationReport, Violation
from kgrec.graph.validation.rules import rules_of
from kgrec.graph.validation.rules_literals import present
from kgrec.graph.validation.shacl import Focus, run_shacl
from kgrec.graph.validation.shapes import all_shapes
from kgrec.graph.validation.user_shapes import user_shapes
from kgrec.graph.validation.validation_rdf import validation_graph, without_log
from kgrec.vocabulary import Vocabulary
from kgrec.vocabulary.turtle import builtin_ontology

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

    :param ontology: name and Turtle of all ontologies; those of the user may hold shapes
    :param limit: how many nodes SHACL looks at; 0 for none
    :raises GraphError: if a shape of the user's is not valid SHACL
    """
    builtin = set(builtin_ontology())
    users = [pair for pair in ontology if pair not in builtin]
    own = user_shapes(users)
    coded = Coded.of(nodes, edges)
    violations = {_group(v): v for v in rules_of(coded, nodes, vocabulary)}
    some_nodes, some_edges, complete = sample(coded, nodes, limit)
    if limit:
        names = present(some_nodes["properties"], vocabulary.properties)
        shapes = all_shapes(vocabulary, some_edges["relation"].unique(), names)
        focus = Focus(iris(some_nodes, some_edges), complete)
        with without_log():
            rdf = validation_graph(some_nodes, some_edges, vocabulary, users)
            for violation in run_shacl(rdf, shapes, focus, own):
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


def iris(nodes: pl.DataFrame, edges: pl.DataFrame) -> dict[str, str]:
    """Key of each node and each name of one, by its IRI."""
    keys = pl.concat([nodes["key"], edges["head"], edges["tail"]]).unique()
    return {str(node_iri(key)): key for key in keys}


def sample(
    graph: Coded, nodes: pl.DataFrame, limit: int
) -> tuple[pl.DataFrame, pl.DataFrame, set[str] | None]:
    """A part of a graph: random nodes with all of their edges and what these lead to.

    A graph of up to ``limit`` nodes and ``2 * limit`` edges is returned whole. Hubs with more edges
    than a tenth of ``limit`` come only as neighbours.

    :return: up to ``limit`` nodes, the edges among which are all edges of the ``complete`` ones,
        and the keys of these; ``None`` for all
    """
    edges = graph.edges
    if nodes.height <= limit and edges.height <= _EDGES_A_NODE * limit:
        return nodes, edges, None
    size = len(graph.keys)
    degree = np.bincount(graph.head, minlength=size) + np.bincount(graph.tail, minlength=size)
    order = np.random.default_rng(0).permutation(graph.known)
    order = order[degree[order] <= max(1, limit // 10)]
    chosen = order[np.cumsum(1 + degree[order]) <= limit]
    inside = np.zeros(size, dtype=bool)
    inside[chosen] = True
    some = edges.gather(pl.Series(np.flatnonzero(inside[graph.head] | inside[graph.tail])))
    complete = set(graph.keys.gather(pl.Series(chosen)))
    ends = pl.concat([some["head"], some["tail"], graph.keys.gather(pl.Series(chosen))]).unique()
    return nodes.filter(pl.col("key").is_in(ends.implode())), some, complete


def _group(violation: Violation) -> tuple[str, str, str]:
    return violation.constraint, violation.relation, violation.message
