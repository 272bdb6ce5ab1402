"""The surroundings of one node."""

from __future__ import annotations

import polars as pl

from kgrec.vocabulary import INTERACTED


def neighbours(
    nodes: pl.DataFrame, edges: pl.DataFrame, key: str, limit: int | None
) -> pl.DataFrame:
    """List the neighbours of ``key``; see :meth:`kgrec.graph.KnowledgeGraph.neighbours`."""
    around = pl.concat(
        edges.filter(pl.col(here) == key).select(
            "relation", pl.lit(direction).alias("direction"), pl.col(there).alias("neighbour")
        )
        for here, there, direction in (("head", "tail", "out"), ("tail", "head", "in"))
    )
    around = around.unique().sort(
        pl.col("relation") == INTERACTED, "relation", "direction", "neighbour"
    )
    if limit is not None:
        around = around.group_by("relation", "direction", maintain_order=True).head(limit)
    names = nodes.select(pl.col("key").alias("neighbour"), "label", "type")
    return around.join(names, on="neighbour", how="left", maintain_order="left")
