"""What is in a graph, in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from kgrec.graph.coded import Coded, distinct
from kgrec.vocabulary import INTERACTED, Vocabulary


def statistics(nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary) -> dict[str, Any]:
    """Count nodes and edges; everything in the answer can be written as JSON.

    ``density`` is the share of all user–item pairs that interacted; ``isolated_items`` counts items
    without any fact, ``connected_share`` is the share of nodes in the largest connected part.
    """
    kinds = dict(nodes.group_by("kind").len().sort("kind").iter_rows())
    graph = Coded.of(nodes, edges)
    is_interaction = np.array([name == INTERACTED for name in graph.relations], dtype=bool)
    facts = ~is_interaction[graph.relation]
    interactions = edges.height - int(facts.sum())
    degree = _degrees(graph)
    pairs = kinds.get("user", 0) * kinds.get("item", 0)
    return {
        "nodes": nodes.height,
        "edges": edges.height,
        "kinds": kinds,
        "interactions": interactions,
        "facts": edges.height - interactions,
        "types": _types(nodes, vocabulary),
        "relations": _relations(graph, vocabulary),
        "mean_degree": 2 * edges.height / nodes.height if nodes.height else 0.0,
        "max_degree": int(degree.max(initial=0)),
        "isolated_nodes": int((degree[: graph.known] == 0).sum()),
        "isolated_items": int((_degrees(graph, facts)[_items(nodes)] == 0).sum()),
        "connected_share": _largest_part(graph),
        "density": interactions / pairs if pairs else 0.0,
    }


def _degrees(graph: Coded, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """How many ends of edges each name has, shape ``(M,)``."""
    size = len(graph.keys)
    heads = np.bincount(graph.head[rows], minlength=size)
    return heads + np.bincount(graph.tail[rows], minlength=size)


def _items(nodes: pl.DataFrame) -> np.ndarray:
    return np.flatnonzero((nodes["kind"] == "item").to_numpy())


def _types(nodes: pl.DataFrame, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    counted = (
        nodes.group_by("type", "kind")
        .len("count")
        .sort(["count", "type"], descending=[True, False])
    )
    return [
        {"type": name, "kind": kind, "label": vocabulary.type(name).plural, "count": count}
        for name, kind, count in counted.iter_rows()
    ]


def _relations(graph: Coded, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    rows = []
    for name in graph.relations:
        edges = graph.rows_of(name)
        ends = (distinct(end[edges]) for end in (graph.head, graph.tail))
        heads, tails = map(len, ends)
        label = vocabulary.relation(name).label
        rows.append(
            {"relation": name, "count": len(edges), "heads": heads, "tails": tails, "label": label}
        )
    return sorted(rows, key=lambda row: (-int(str(row["count"])), str(row["relation"])))


def _largest_part(graph: Coded) -> float:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not graph.known:
        return 0.0
    among = (graph.head < graph.known) & (graph.tail < graph.known)
    ends = graph.head[among], graph.tail[among]
    ones = np.ones(len(ends[0]), dtype=np.int8)
    matrix = coo_array((ones, ends), (graph.known, graph.known))
    _, part = connected_components(matrix, directed=False)
    return float(np.bincount(part).max() / graph.known)
