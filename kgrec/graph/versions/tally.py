"""What building, and every update since, did with the rows: counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from kgrec.data.quality import QualityReport
from kgrec.graph.attributes import Attributes
from kgrec.graph.content import Change
from kgrec.graph.extracted import is_extracted
from kgrec.graph.facts import Facts
from kgrec.graph.labels import is_named
from kgrec.graph.report import BuildReport
from kgrec.graph.schema import IDENTITY, TRIPLE
from kgrec.graph.versions.update_report import UpdateReport
from kgrec.vocabulary import INTERACTED, Vocabulary

_ADDED = ("renamed", "swapped", "merged", "self_loops", "leaking")


def update_report(
    change: Change,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    facts: Facts,
    merged: int,
    quality: QualityReport,
) -> UpdateReport:
    """Count what an update did.

    :param nodes: of the graph before it; those with a key in ``change`` suffice
    :param edges: of the graph before it; those from a head in ``change`` suffice
    :param merged: rows that repeated an edge of the graph
    """
    changed_nodes = _common(nodes, change.nodes, ["key"])
    changed_edges = _changed(edges, change).height
    moved = change.removed_edges.join(change.edges, on=TRIPLE, how="semi").height
    return UpdateReport(
        new_nodes=change.nodes.height - changed_nodes,
        changed_nodes=changed_nodes,
        removed_nodes=change.removed_nodes.height,
        new_edges=change.edges.height - changed_edges,
        changed_edges=changed_edges,
        removed_edges=change.removed_edges.height - moved,
        merged=facts.merged + merged,
        renamed=facts.renamed,
        swapped=facts.swapped,
        self_loops=facts.self_loops,
        leaking=facts.leaking,
        quality=quality,
    )


def tally(
    before: BuildReport,
    update: UpdateReport,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    labels: pl.DataFrame,
    attributes: Sequence[Attributes],
    vocabulary: Vocabulary,
) -> BuildReport:
    """The report of the graph after an update.

    :param nodes: of the graph after it
    :param edges: of the graph after it
    """
    interactions = int((edges["relation"] == INTERACTED).sum())
    extracted = edges.filter(is_extracted()).height
    names = edges["relation"].unique().sort().to_list()
    linked = (pair for part in attributes for pair in part.relations)
    literals = (name for part in attributes for name in part.literals)
    return replace(
        before,
        **{name: getattr(before, name) + getattr(update, name) for name in _ADDED},
        interactions=interactions,
        facts=edges.height - interactions - extracted,
        extracted=extracted,
        unlabelled=nodes.filter((pl.col("kind") == "entity") & ~is_named()).height,
        unused_labels=_unused(labels, nodes),
        undeclared=tuple(
            name for name in names if name != INTERACTED and not vocabulary.relation(name).known
        ),
        attributes=tuple(dict.fromkeys([*before.attributes, *linked])),
        literals=tuple(dict.fromkeys([*before.literals, *literals])),
    )


def _unused(labels: pl.DataFrame, nodes: pl.DataFrame) -> int:
    ids = nodes.filter(pl.col("kind") != "user").select(pl.col("id").alias("entity"))
    return labels.join(ids, on="entity", how="anti").height


def _changed(edges: pl.DataFrame, change: Change) -> pl.DataFrame:
    """Edges that were there, or take the place of one at another time."""
    same = change.edges.join(edges, on=IDENTITY, how="semi", nulls_equal=True)
    moved = change.edges.join(change.removed_edges, on=TRIPLE, how="semi")
    return pl.concat([same, moved]).unique(IDENTITY)


def _common(table: pl.DataFrame, rows: pl.DataFrame, on: list[str]) -> int:
    there = table.select(on).join(rows.select(on), on=on, how="semi")
    return rows.select(on).join(there, on=on, how="semi").height
