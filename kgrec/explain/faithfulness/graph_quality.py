"""What the path-quality metrics need to know of a graph."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kgrec.explain.faithfulness.quality import smoothed
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED


def recencies(
    graph: KnowledgeGraph, users: Iterable[str], beta: float | None = None
) -> dict[tuple[str, str], float]:
    """How recent each interaction of some users is among theirs.

    :param users: user ids
    :param beta: see :func:`~kgrec.explain.faithfulness.quality.smoothed`
    :return: in [0, 1], by keys of user and item; interactions without a time are left out
    """
    wanted = pl.Series([f"user:{user}" for user in users], dtype=pl.String)
    taken = (
        graph.edges.filter(
            (pl.col("relation") == INTERACTED)
            & pl.col("timestamp").is_not_null()
            & pl.col("head").is_in(wanted.implode())
        )
        .group_by("head", "tail")
        .agg(pl.col("timestamp").max())
    )
    result: dict[tuple[str, str], float] = {}
    for (user,), rows in taken.group_by("head"):
        values = smoothed(rows["timestamp"].to_numpy(), beta).tolist()
        result.update(
            {(str(user), item): value for item, value in zip(rows["tail"], values, strict=True)}
        )
    return result


def popularities(graph: KnowledgeGraph, beta: float | None = None) -> dict[str, float]:
    """How well known each node is among those of its type, by its number of edges.

    :param beta: see :func:`~kgrec.explain.faithfulness.quality.smoothed`
    :return: in [0, 1], by key of the node
    """
    edges = graph.edges.select("head", "relation", "tail").unique()
    ends = pl.concat([edges["head"], edges["tail"]]).rename("key").value_counts(name="edges")
    nodes = graph.nodes.select("key", "type").join(ends, on="key", how="left")
    result: dict[str, float] = {}
    for _, rows in nodes.with_columns(pl.col("edges").fill_null(0)).group_by("type"):
        values = smoothed(rows["edges"].to_numpy(), beta).tolist()
        result.update(zip(rows["key"], values, strict=True))
    return result


def ending_relations(graph: KnowledgeGraph) -> int:
    """How many relations touch an item, by which a path could end: the number of path types."""
    touching = pl.col("head").str.starts_with("item:") | pl.col("tail").str.starts_with("item:")
    return int(graph.edges.filter(touching)["relation"].n_unique())
