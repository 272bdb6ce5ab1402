"""The constraints of ``shapes/core.ttl`` as columnar rules: a whole graph in moments."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.errors import GraphError
from kgrec.graph.report import Violation
from kgrec.graph.shapes import shape_words
from kgrec.vocabulary import INTERACTED, Vocabulary

_EXAMPLES = 3
_UNTYPED = ["Item", "Entity"]


def check_rules(
    nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary
) -> tuple[Violation, ...]:
    """Check the core constraints on all nodes and edges.

    :return: violations, grouped by constraint and relation; errors first
    """
    found = [
        *_group("duplicate-key", nodes.filter(pl.col("key").is_duplicated()).select(node="key")),
        *_group("missing-label", nodes.filter(~_has_text("label")).select(node="key")),
        *_interactions(nodes, edges),
        *_facts(nodes, edges, vocabulary),
    ]
    return tuple(sorted(found, key=lambda v: (v.severity, v.constraint, v.relation)))


def require_valid(nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary) -> None:
    """Check the core constraints.

    :raises GraphError: if an error is among the violations
    """
    violations = check_rules(nodes, edges, vocabulary)
    errors = [violation for violation in violations if violation.severity == "error"]
    if errors:
        raise GraphError(f"The graph is not valid: {'; '.join(map(str, errors))}.")


def _has_text(name: str) -> pl.Expr:
    return pl.col(name).str.contains(r"\S").fill_null(False)


def _interactions(nodes: pl.DataFrame, edges: pl.DataFrame) -> Iterator[Violation]:
    kinds = nodes.select("key", "kind").unique("key", keep="first")
    interactions = (
        edges.filter(pl.col("relation") == INTERACTED)
        .join(kinds.rename({"kind": "head_kind"}), left_on="head", right_on="key", how="left")
        .join(kinds.rename({"kind": "tail_kind"}), left_on="tail", right_on="key", how="left")
    )
    weight = pl.col("weight")
    for constraint, good in (
        ("bad-weight", (weight > 0) & weight.is_not_nan()),
        ("bad-split", pl.col("split").is_in(["train", "valid"])),
        ("not-a-user", pl.col("head_kind") == "user"),
        ("not-an-item", pl.col("tail_kind") == "item"),
    ):
        pair = pl.col("head") + " → " + pl.col("tail")
        yield from _group(constraint, interactions.filter(~good.fill_null(False)).select(node=pair))


def _facts(nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary) -> Iterator[Violation]:
    facts = edges.filter(pl.col("relation") != INTERACTED)
    types = nodes.select("key", "type", "kind").unique("key", keep="first")
    ends = [_ends(facts, end, types) for end in ("head", "tail")]
    missing = [end.filter(pl.col("type").is_null()) for end in ends]
    yield from _group("unknown-node", pl.concat(missing).select("relation", "node"))
    relations = {name: vocabulary.relation(name) for name in facts["relation"].unique().sort()}
    for constraint, end, side in (
        ("wrong-domain", ends[0], "domain"),
        ("wrong-range", ends[1], "range"),
    ):
        wanted = {name: getattr(relation, side) for name, relation in relations.items()}
        wrong = _unfit(end, wanted, vocabulary)
        yield from _group(constraint, wrong)


def _ends(facts: pl.DataFrame, end: str, types: pl.DataFrame) -> pl.DataFrame:
    ends = facts.select("relation", node=end).unique()
    return ends.join(types, left_on="node", right_on="key", how="left")


def _unfit(ends: pl.DataFrame, wanted: dict[str, str], vocabulary: Vocabulary) -> pl.DataFrame:
    """Nodes whose type does not fit; decided once a (relation, type, kind), not once a node."""
    combinations = ends.drop_nulls("type").select("relation", "type", "kind").unique()
    unfit = [
        (relation, type_name, kind)
        for relation, type_name, kind in combinations.iter_rows()
        if not _fits(wanted[relation], type_name, kind, vocabulary)
    ]
    frame = pl.DataFrame(
        unfit, schema=dict.fromkeys(["relation", "type", "kind"], pl.String), orient="row"
    )
    return ends.join(frame, on=["relation", "type", "kind"]).select("relation", "node")


def _fits(wanted: str, type_name: str, kind: str, vocabulary: Vocabulary) -> bool:
    if vocabulary.type(type_name).is_a(wanted) or kind.capitalize() == wanted:
        return True
    return type_name in _UNTYPED and wanted != "User"


def _group(constraint: str, nodes: pl.DataFrame) -> Iterator[Violation]:
    if not nodes.height:
        return
    severity, message = shape_words(constraint)
    if "relation" not in nodes.columns:
        nodes = nodes.with_columns(pl.lit("").alias("relation"))
    grouped = (
        nodes.unique().group_by("relation").agg(pl.len(), pl.col("node").sort().head(_EXAMPLES))
    )
    for relation, count, examples in grouped.sort("relation").iter_rows():
        yield Violation(constraint, severity, message, count, relation, tuple(examples))
