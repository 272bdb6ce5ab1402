"""Events become part of the graph: the next version of a recommender."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import polars as pl

from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.serve.journal import Acted
from kgrec.vocabulary import INTERACTED

_log = logging.getLogger("kgrec.serve")


def folded(rec: Recommender, events: Sequence[Acted]) -> Recommender:
    """The recommender with events in its graph; those that are there already change nothing.

    :param events: in the order in which they came; one of an item that is not in the graph is left
        out, and the log says so
    """
    table = _new(rec.graph, events)
    return rec.update(rec.graph.update(events=table)) if table.height else rec


def _new(graph: KnowledgeGraph, events: Sequence[Acted]) -> pl.DataFrame:
    table = pl.DataFrame(
        [(each.user, each.item, each.timestamp, each.weight) for each in events],
        schema={
            "user": pl.String,
            "item": pl.String,
            "timestamp": pl.Int64,
            "weight": pl.Float64,
        },
        orient="row",
    )
    items = graph.nodes.filter(pl.col("kind") == "item")["id"]
    known = table.filter(pl.col("item").is_in(items.implode()))
    if lost := table.height - known.height:
        _log.warning("%d events of items that the run does not have are left out.", lost)
    return known.join(_last(graph, known), on=["user", "item"], how="left").filter(
        pl.col("there").is_null() | (pl.col("timestamp") > pl.col("last"))
    )[["user", "item", "timestamp", "weight"]]


def _last(graph: KnowledgeGraph, events: pl.DataFrame) -> pl.DataFrame:
    """Which of the pairs the graph has, and the last time of each: ``user, item, last, there``."""
    heads = ("user:" + events["user"]).unique()
    return (
        graph.edges.filter(
            (pl.col("relation") == INTERACTED) & pl.col("head").is_in(heads.implode())
        )
        .select(
            pl.col("head").str.strip_prefix("user:").alias("user"),
            pl.col("tail").str.strip_prefix("item:").alias("item"),
            pl.col("timestamp"),
        )
        .group_by("user", "item")
        .agg(last=pl.col("timestamp").max(), there=pl.lit(True))
    )
