"""A graph that breaks a rule is refused."""

from __future__ import annotations

import polars as pl

from kgrec.errors import GraphError
from kgrec.graph.rules import check_rules
from kgrec.vocabulary import Vocabulary


def require_valid(nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary) -> None:
    """Check the constraints of the ontology.

    :raises GraphError: if an error is among the violations; warnings are none
    """
    violations = check_rules(nodes, edges, vocabulary)
    errors = [violation for violation in violations if violation.severity == "error"]
    if errors:
        raise GraphError(f"The graph is not valid: {'; '.join(map(str, errors))}.")
