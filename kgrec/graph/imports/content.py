"""A graph of kgrec's own → a foreign graph, to be read with a mapping like any other."""

from __future__ import annotations

import polars as pl

from kgrec.graph.imports.foreign import EDGES, NODES, ForeignGraph


def content_graph(nodes: pl.DataFrame, edges: pl.DataFrame, source: str = "graph") -> ForeignGraph:
    """Bring the two tables of a kgrec graph into the common form.

    :param nodes: columns of :data:`kgrec.graph.schema.NODES`; kind and type become labels
    :param edges: columns of :data:`kgrec.graph.schema.EDGES`
    """
    numbers = pl.struct("weight", "timestamp", "event").struct.json_encode()
    return ForeignGraph(
        nodes=nodes.select(
            pl.col("key").alias("id"),
            pl.concat_list(pl.col("kind").str.to_titlecase(), "type")
            .list.unique(maintain_order=True)
            .alias("labels"),
            pl.struct("label", "text").struct.json_encode().alias("properties"),
        ).cast(NODES),
        edges=edges.select(
            "head", pl.col("relation").alias("type"), "tail", numbers.alias("properties")
        ).cast(EDGES),
        source=source,
    )
