"""What must change for one graph to become another."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.graph.content import Change, Content
from kgrec.graph.schema import EDGES, IDENTITY, NODES


def difference(old: Content, new: Content) -> Change:
    """Compare two graphs."""
    return Change(
        version=0,
        time="",
        nodes=_missing(new.nodes, old.nodes, NODES.names()),
        edges=_missing(new.edges, old.edges, EDGES.names()),
        removed_nodes=_missing(old.nodes, new.nodes, ["key"]).select("key"),
        removed_edges=_missing(old.edges, new.edges, IDENTITY).select(IDENTITY),
    )


def batches(change: Change, size: int) -> Iterator[Change]:
    """Cut a change into small ones that follow each other: edges go before their nodes do, and
    come after them."""
    nothing = Change(
        change.version,
        change.time,
        change.nodes.clear(),
        change.edges.clear(),
        change.removed_nodes.clear(),
        change.removed_edges.clear(),
        change.previous,
    )
    for name in ("removed_edges", "removed_nodes", "nodes", "edges"):
        for part in getattr(change, name).iter_slices(size):
            if part.height:
                yield Change(**{**vars(nothing), name: part})


def _missing(table: pl.DataFrame, there: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    return table.join(there, on=on, how="anti", nulls_equal=True)
