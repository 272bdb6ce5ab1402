"""The form that every foreign graph is brought into before a mapping makes a dataset of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

NODES = pl.Schema({"id": pl.String(), "labels": pl.List(pl.String()), "properties": pl.String()})
"""``id`` is unique: the store's own id of a node, or its IRI; ``properties`` is a JSON object of
literals as in :data:`kgrec.graph.schema.NODES`."""

EDGES = pl.Schema(
    {"head": pl.String(), "type": pl.String(), "tail": pl.String(), "properties": pl.String()}
)
"""``head`` and ``tail`` are ids of nodes."""


@dataclass(frozen=True, eq=False)
class ForeignGraph:
    """A graph that kgrec did not write.

    :ivar nodes: columns of :data:`NODES`
    :ivar edges: columns of :data:`EDGES`
    :ivar source: where it comes from, for messages: ``"bolt://localhost:7687"``
    :ivar public_ids: whether the ids are names that its user knows (IRIs, the names of networkx
        nodes), or only the store's own (Neo4j)
    :ivar broader: class → all of its superclasses
    :ivar left_out: labels and relationship types of the mapping that reading has left out already
    :ivar name: a short name for a dataset of it; by default the last part of the source
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    source: str = "graph"
    public_ids: bool = True
    broader: Mapping[str, frozenset[str]] = field(default_factory=dict)
    name: str = ""
    left_out: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"ForeignGraph({self.source!r}: {self.nodes.height:,} nodes, "
            f"{self.edges.height:,} edges)"
        )

    def classes(self) -> list[str]:
        """All labels or classes: those of nodes, and the superclasses of these; sorted."""
        own = self.nodes["labels"].explode().drop_nulls().unique().to_list()
        return sorted({*own, *(name for label in own for name in self.broader.get(label, ()))})

    def types(self) -> list[str]:
        """All relationship types, sorted."""
        return self.edges["type"].unique().sort().to_list()


def each_label(none: str) -> pl.Expr:
    """The labels of nodes as lists that can be exploded: ``none`` stands for an empty one."""
    labels = pl.col("labels")
    return pl.when(labels.list.len() > 0).then(labels).otherwise(pl.lit([none])).alias("label")
