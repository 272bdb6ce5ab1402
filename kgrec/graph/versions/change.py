"""Applying a change to the tables of a graph; updating and looking back both do it this way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import polars as pl

from kgrec.graph.content import Change
from kgrec.graph.schema import EDGES, IDENTITY, NODES

KINDS = ["user", "item", "entity"]
"""The order in which a graph lists its nodes."""

_MANY = 32  # chunks: every update adds one

KEYS = pl.Schema({"key": pl.String()})
IDENTITIES = pl.Schema({name: EDGES[name] for name in IDENTITY})


def apply_change(
    nodes: pl.DataFrame, edges: pl.DataFrame, change: Change
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bring the tables of a graph from one version to the next.

    A changed node keeps its place, a new one comes last of its kind; new and changed edges come
    last. So the same changes always lead to the same rows in the same order.
    """
    return _nodes_after(nodes, change), _edges_after(edges, change)


def combined(changes: Sequence[Change]) -> Change:
    """One change that does what ``changes`` (at least one) do one after the other."""
    return reduce(_then, changes)


def without_edges(edges: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Take edges out of a table.

    :param gone: the columns of :data:`~kgrec.graph.schema.IDENTITY`
    """
    if gone.is_empty():
        return edges
    # Comparing heads is far cheaper than comparing identities, and leaves few rows to compare.
    near = edges.select(IDENTITY).with_row_index("row").filter(_starts_at(gone["head"]))
    found = near.join(gone, on=IDENTITY, how="semi", nulls_equal=True)["row"]
    if found.is_empty():
        return edges
    kept = pl.repeat(True, edges.height, eager=True).scatter(found, False)
    return edges.filter(kept)


def edges_from(edges: pl.DataFrame, heads: pl.Series) -> pl.DataFrame:
    """The edges that start at one of ``heads``."""
    return edges.filter(_starts_at(heads))


def without_nodes(nodes: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Take nodes out of a table.

    :param gone: the column ``key``
    """
    return (
        nodes if gone.is_empty() else nodes.join(gone, on="key", how="anti", maintain_order="left")
    )


def in_order(nodes: pl.DataFrame) -> pl.DataFrame:
    """Users first, then items, then entities; within a kind the order stays."""
    return nodes.sort(_rank(), maintain_order=True)


def _nodes_after(nodes: pl.DataFrame, change: Change) -> pl.DataFrame:
    left = without_nodes(nodes, change.removed_nodes)
    if change.nodes.is_empty():
        return left
    placed = left.with_row_index("place")
    changed = change.nodes.join(
        placed.select("key", "place"), on="key", how="left", maintain_order="left"
    )
    kept = without_nodes(placed, change.nodes.select("key"))
    rows = pl.concat([kept.select(*NODES, "place"), changed.cast({"place": pl.UInt32})])
    return rows.sort(_rank(), "place", maintain_order=True, nulls_last=True).drop("place")


def _edges_after(edges: pl.DataFrame, change: Change) -> pl.DataFrame:
    gone = pl.concat([change.removed_edges, change.edges.select(IDENTITY)])
    after = pl.concat([without_edges(edges, gone), change.edges])
    return after if after.n_chunks() < _MANY else after.rechunk()


def _then(first: Change, second: Change) -> Change:
    nodes, edges = apply_change(first.nodes, first.edges, second)
    return Change(
        version=second.version,
        time=second.time,
        nodes=nodes,
        edges=edges,
        removed_nodes=pl.concat([first.removed_nodes, second.removed_nodes]).unique(
            maintain_order=True
        ),
        removed_edges=pl.concat([first.removed_edges, second.removed_edges]).unique(
            maintain_order=True
        ),
        previous=first.previous,
    )


def _starts_at(heads: pl.Series) -> pl.Expr:
    return pl.col("head").is_in(heads.unique().implode())


def _rank() -> pl.Expr:
    ranks = {kind: rank for rank, kind in enumerate(KINDS)}
    return pl.col("kind").replace_strict(ranks, default=len(KINDS), return_dtype=pl.Int8)
