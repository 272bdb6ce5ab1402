"""What is in a graph, in numbers."""

from __future__ import annotations

from typing import Any

import polars as pl

from kgrec.vocabulary import INTERACTED, Vocabulary


def statistics(nodes: pl.DataFrame, edges: pl.DataFrame, vocabulary: Vocabulary) -> dict[str, Any]:
    """Count nodes and edges; everything in the answer can be written as JSON.

    ``density`` is the share of all user–item pairs that interacted; ``isolated_items`` counts items
    without any fact, ``connected_share`` is the share of nodes in the largest connected part.
    """
    kinds = dict(nodes.group_by("kind").len().sort("kind").iter_rows())
    interactions = edges.filter(pl.col("relation") == INTERACTED)
    facts = edges.filter(pl.col("relation") != INTERACTED)
    degrees = _degrees(edges)
    pairs = kinds.get("user", 0) * kinds.get("item", 0)
    return {
        "nodes": nodes.height,
        "edges": edges.height,
        "kinds": kinds,
        "interactions": interactions.height,
        "facts": facts.height,
        "types": _types(nodes, vocabulary),
        "relations": _relations(edges, vocabulary),
        "mean_degree": 2 * edges.height / nodes.height if nodes.height else 0.0,
        "max_degree": max(degrees["degree"], default=0),
        "isolated_nodes": nodes.height - degrees.join(nodes, on="key", how="semi").height,
        "isolated_items": _without_facts(nodes, facts),
        "connected_share": _largest_part(nodes, edges),
        "density": interactions.height / pairs if pairs else 0.0,
    }


def _degrees(edges: pl.DataFrame) -> pl.DataFrame:
    ends = pl.concat([edges.select(key="head"), edges.select(key="tail")])
    return ends.group_by("key").len("degree")


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


def _relations(edges: pl.DataFrame, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    counted = (
        edges.group_by("relation")
        .agg(count=pl.len(), heads=pl.col("head").n_unique(), tails=pl.col("tail").n_unique())
        .sort(["count", "relation"], descending=[True, False])
    )
    return [
        {**row, "label": vocabulary.relation(row["relation"]).label}
        for row in counted.iter_rows(named=True)
    ]


def _without_facts(nodes: pl.DataFrame, facts: pl.DataFrame) -> int:
    items = nodes.filter(pl.col("kind") == "item")
    touched = pl.concat([facts["head"], facts["tail"]]).unique()
    return int((~items["key"].is_in(touched.implode())).sum())


def _largest_part(nodes: pl.DataFrame, edges: pl.DataFrame) -> float:
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not nodes.height:
        return 0.0
    numbers = nodes.select("key", number=pl.int_range(pl.len()))
    ends = edges.select("head", "tail").join(numbers, left_on="head", right_on="key")
    ends = ends.join(numbers, left_on="tail", right_on="key", suffix="_tail")
    shape = (nodes.height, nodes.height)
    ones = np.ones(ends.height, dtype=np.int8)
    matrix = coo_array((ones, (ends["number"].to_numpy(), ends["number_tail"].to_numpy())), shape)
    _, part = connected_components(matrix, directed=False)
    return float(np.bincount(part).max() / nodes.height)
