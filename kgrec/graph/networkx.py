"""A graph for networkx, the exchange format that every graph library reads."""

from __future__ import annotations

import networkx as nx
import polars as pl


def to_networkx(nodes: pl.DataFrame, edges: pl.DataFrame) -> nx.MultiDiGraph:
    """Copy nodes and edges with all their columns.

    :param nodes: columns of :data:`~kgrec.graph.schema.NODES`
    :param edges: columns of :data:`~kgrec.graph.schema.EDGES`
    :return: nodes are named by their keys, an edge's key is its relation
    """
    graph = nx.MultiDiGraph()
    for row in nodes.iter_rows(named=True):
        graph.add_node(row.pop("key"), **row)
    for row in edges.iter_rows(named=True):
        head, tail, relation = row.pop("head"), row.pop("tail"), row.pop("relation")
        graph.add_edge(head, tail, key=relation, **row)
    return graph
