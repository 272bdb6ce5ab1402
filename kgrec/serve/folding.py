"""Events become part of the graph: the next version of a recommender."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import polars as pl

from kgrec.graph import KnowledgeGraph
from kgrec.graph.versions.change import edges_from
from kgrec.graph.versions.times import comes_later, last_times
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
    """What the graph lacks of the events."""
    items = graph.nodes.filter(pl.col("kind") == "item")["id"]
    known = frozenset(items).intersection(event.item for event in events)
    there = [event for event in events if event.item in known]
    if lost := len(events) - len(there):
        _log.warning("%d events of items that the run does not have are left out.", lost)
    last = _last(graph, there)
    return _table(
        event
        for event in there
        if (pair := (event.user, event.item)) not in last
        or comes_later(last[pair], event.timestamp)
    )


def _last(graph: KnowledgeGraph, events: Sequence[Acted]) -> dict[tuple[str, str], int | None]:
    """Of users and items of the events that the graph has together: the last time."""
    pairs = _table(events).select(head="user:" + pl.col("user"), tail="item:" + pl.col("item"))
    near = edges_from(graph.edges, pairs["head"]).filter(pl.col("relation") == INTERACTED)
    users, items = (
        pl.col(end).str.strip_prefix(f"{kind}:")
        for end, kind in (("head", "user"), ("tail", "item"))
    )
    last = last_times(near.join(pairs, on=["head", "tail"], how="semi"))
    return {
        (user, item): time
        for user, item, time in last.select(users, items, "timestamp").iter_rows()
    }


def _table(events: Iterable[Acted]) -> pl.DataFrame:
    return pl.DataFrame(
        [(each.user, each.item, each.timestamp, each.weight) for each in events],
        schema={
            "user": pl.String,
            "item": pl.String,
            "timestamp": pl.Int64,
            "weight": pl.Float64,
        },
        orient="row",
    )
