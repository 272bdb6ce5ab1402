"""What a rule found → violations with counts and examples."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.graph.report import Violation
from kgrec.graph.validation.shapes import shape_words

EXAMPLES = 3


def violations(constraint: str, found: pl.DataFrame) -> Iterator[Violation]:
    """Group what breaks one constraint.

    :param found: ``node`` and, where the constraint is about relations, ``relation``; repeated
        rows count once
    """
    if found.is_empty():
        return
    severity, message = shape_words(constraint)
    if "relation" not in found.columns:
        found = found.with_columns(relation=pl.lit(""))
    first = pl.col("node").bottom_k(EXAMPLES).sort()
    grouped = found.unique().group_by("relation").agg(pl.len(), first)
    for relation, count, examples in grouped.sort("relation").iter_rows():
        yield Violation(constraint, severity, message, count, relation, tuple(examples))
