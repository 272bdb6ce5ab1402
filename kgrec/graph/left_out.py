"""Facts that a graph keeps and that a model does not see: a group is left out together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph


def without_edges(graph: KnowledgeGraph, hidden: pl.Expr) -> KnowledgeGraph:
    """The graph without some facts, and without the entities that occur in no other.

    :param hidden: whether an edge is one of them, in the columns of the edges; never null
    :return: the same graph if it has none
    """
    gone, kept = graph.edges.filter(hidden), graph.edges.filter(~hidden)
    if gone.is_empty():
        return graph
    lost = pl.concat([gone["head"], gone["tail"]]).unique()
    used = pl.concat([kept["head"], kept["tail"]]).unique()
    alone = lost.filter(~lost.is_in(used.implode()))
    # Users and items stay: they are there on their own account.
    left_out = (pl.col("kind") == "entity") & pl.col("key").is_in(alone.implode())
    return replace(graph, nodes=graph.nodes.filter(~left_out), edges=kept)
