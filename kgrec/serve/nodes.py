"""What the graph says of a node, and which facts can be filters."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import polars as pl

from kgrec.graph import KnowledgeGraph
from kgrec.graph.literals import parse
from kgrec.graph.schema import key
from kgrec.graph.versions.times import LAST
from kgrec.vocabulary import INTERACTED

KINDS = ("entity", "item", "user")
_MOST_NEIGHBOURS = 60
_MOST_FACETS = 30
_MOST_VALUES = 40


class Nodes:
    """Reads nodes and facts.

    :param graph: what is served, without sensitive facts
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph

    @cached_property
    def _facts(self) -> pl.DataFrame:
        facts = self.graph.edges.filter(pl.col("relation") != INTERACTED)
        return facts.select("head", "relation", "tail").unique(maintain_order=True)

    @cached_property
    def _named(self) -> pl.DataFrame:
        return self.graph.nodes.select("key", "id", "kind", "type", name="label")

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(self.graph.nodes["key"])

    def key_of(self, id: str, kind: str | None = None) -> str | None:
        """The key of a node by its id or its key; ``None`` if there is none.

        :param kind: where several kinds have the id; ``None``: an entity, else an item, else a user
        """
        if kind is None and id in self._keys:
            return id
        wanted = (key(each, id) for each in ([kind] if kind else KINDS))
        return next((each for each in wanted if each in self._keys), None)

    def describe(self, key: str) -> dict[str, Any]:
        """All that is known of a node."""
        node = self.graph.node(key)
        return {
            "id": node["id"],
            "kind": node["kind"],
            "label": node["label"],
            "type": node["type"],
            "description": node["text"],
            "properties": parse(node["properties"]),
            **self._around(key),
            "events": self._events(key, node["kind"]),
        }

    def _around(self, key: str) -> dict[str, list[dict[str, Any]]]:
        """Facts: how many of each kind there are, and some of each."""
        ends = [("head", "tail", True), ("tail", "head", False)]
        found = pl.concat(
            self._facts.filter(pl.col(end) == key).select(
                "relation", forward=pl.lit(forward), key=other
            )
            for end, other, forward in ends
        )
        counts = found.group_by("relation", "forward").agg(count=pl.len())
        counts = counts.sort("forward", "relation", descending=[True, False])
        # A little of every relation comes before much of one.
        shown = (
            found.with_columns(place=pl.int_range(pl.len()).over("relation", "forward"))
            .sort("place", "forward", "relation", descending=[False, True, False])
            .head(_MOST_NEIGHBOURS)
            .sort("forward", "relation", "place", descending=[True, False, False])
            .join(self._named, on="key", how="left", maintain_order="left")
        )
        return {
            "facts": [self._read(row, "count") for row in counts.iter_rows(named=True)],
            "neighbours": [
                self._read(row, "id", "name", "type", "kind") for row in shown.iter_rows(named=True)
            ],
        }

    def _read(self, row: dict[str, Any], *names: str) -> dict[str, Any]:
        relation, forward = row["relation"], row["forward"]
        label = self.words(relation, forward=forward)
        further = {name: row[name] for name in names}
        return {"relation": relation, "label": label, "forward": forward, **further}

    def words(self, relation: str, *, forward: bool = True) -> str:
        """How a relation reads in one direction."""
        known = self.graph.vocabulary.relation(relation)
        return known.label if forward else known.inverse_label

    def _events(self, key: str, kind: str) -> int:
        if kind == "entity":
            return 0
        end = pl.col("head" if kind == "user" else "tail")
        edges = self.graph.edges
        return edges.filter((end == key) & (pl.col("relation") == INTERACTED)).height

    @cached_property
    def facets(self) -> list[dict[str, Any]]:
        """Relations between items and entities, those with few values first."""
        found = []
        for end, other in (("head", "tail"), ("tail", "head")):
            pairs = self._facts.filter(
                pl.col(end).str.starts_with("item:"), pl.col(other).str.starts_with("entity:")
            )
            counts = pairs.group_by("relation", other).agg(items=pl.col(end).n_unique())
            found.append(counts.rename({other: "key"}).with_columns(forward=pl.lit(end == "head")))
        counts = pl.concat(found).join(self._named, on="key")
        sizes = counts.group_by("relation", "forward").agg(size=pl.len()).filter(pl.col("size") > 1)
        order = sizes.sort("size", "relation", "forward").head(_MOST_FACETS)
        return [
            self._facet(counts, relation, forward=forward)
            for relation, forward, _ in order.iter_rows()
        ]

    def _facet(self, counts: pl.DataFrame, relation: str, *, forward: bool) -> dict[str, Any]:
        values = (
            counts.filter((pl.col("relation") == relation) & (pl.col("forward") == forward))
            .sort("items", "name", descending=[True, False])
            .head(_MOST_VALUES)
        )
        return {
            "relation": relation,
            "label": self.words(relation, forward=forward),
            "values": values.select("id", "items", label="name").to_dicts(),
        }


def history(graph: KnowledgeGraph, user: str) -> pl.DataFrame:
    """What a user did in the graph, each item once: ``item, label, timestamp, weight``.

    Where the graph is a log, the last time counts and the sum of the weights.
    """
    taken = graph.edges.filter(
        (pl.col("head") == key("user", user)) & (pl.col("relation") == INTERACTED)
    )
    taken = taken.group_by("tail", maintain_order=True).agg(LAST, pl.col("weight").sum())
    labels = graph.nodes.filter(pl.col("kind") == "item").select("key", "id", "label")
    return taken.join(labels, left_on="tail", right_on="key", maintain_order="left").select(
        "label", "timestamp", "weight", item="id"
    )
