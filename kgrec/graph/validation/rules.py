"""The constraints of ``shapes/core.ttl`` as columnar rules: a whole graph in moments.

Rules and SHACL say the same, but for what RDF cannot say: two nodes with one key, two edges that
agree in everything, properties that are not JSON. Circles in a hierarchy are beyond SHACL's core,
and its shape is a query.
"""

from __future__ import annotations

import polars as pl

from kgrec.errors import GraphError
from kgrec.graph.coded import Coded
from kgrec.graph.report import Violation
from kgrec.graph.validation.rules_facts import fact_rules, interaction_rules
from kgrec.graph.validation.rules_found import violations
from kgrec.graph.validation.rules_literals import literal_rules
from kgrec.graph.validation.rules_properties import property_rules
from kgrec.graph.validation.rules_structure import structure_rules
from kgrec.vocabulary import Vocabulary


def check_rules(
    nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary
) -> tuple[Violation, ...]:
    """Check the constraints on all nodes and edges.

    :return: violations, grouped by constraint and relation; errors first
    """
    return rules_of(Coded.of(nodes, edges), nodes, vocabulary)


def require_valid(nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary) -> None:
    """Check the constraints of the ontology.

    :raises GraphError: if an error is among the violations; warnings are none
    """
    violations = check_rules(nodes, edges, vocabulary)
    errors = [violation for violation in violations if violation.severity == "error"]
    if errors:
        raise GraphError(f"The graph is not valid: {'; '.join(map(str, errors))}.")


def rules_of(graph: Coded, nodes: pl.DataFrame, vocabulary: Vocabulary) -> tuple[Violation, ...]:
    """The same for tables that are in numbers already.

    :param graph: of these nodes
    """
    repeated = nodes.head(0) if graph.unique else nodes.filter(pl.col("key").is_duplicated())
    unlabelled = nodes.filter(~_has_text("label"))
    found = [
        *violations("duplicate-key", repeated.select(node="key")),
        *violations("missing-label", unlabelled.select(node="key")),
        *property_rules(nodes, graph),
        *interaction_rules(graph),
        *fact_rules(graph, vocabulary),
        *structure_rules(graph, vocabulary),
        *literal_rules(nodes, vocabulary),
    ]
    return tuple(sorted(found, key=lambda v: (v.severity, v.constraint, v.relation)))


def _has_text(name: str) -> pl.Expr:
    # What Python, and with it SHACL, takes for white space, and Rust does not.
    return pl.col(name).str.contains(r"[^\s\x1c-\x1f]").fill_null(False)
