"""Items and users by what somebody types: exact, the beginning, a word, a part, something near."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED

_LEAST_ALIKE = 60.0
_LONGEST = 200


class Finder:
    """Finds the nodes of one kind.

    :param graph: what is served
    :param kind: ``"item"``, ``"user"`` or ``"entity"``
    :ivar table: ``id, label, type, properties, events``, the most popular items first, users and
        entities in the order of the graph
    """

    def __init__(self, graph: KnowledgeGraph, kind: str) -> None:
        end = "tail" if kind == "item" else "head"
        counted = (
            graph.edges.filter(pl.col("relation") == INTERACTED).group_by(end).agg(events=pl.len())
        )
        table = (
            graph.nodes.filter(pl.col("kind") == kind)
            .join(counted, left_on="key", right_on=end, how="left", maintain_order="left")
            .select("id", "label", "type", "properties", pl.col("events").fill_null(0))
        )
        if kind == "item":
            table = table.sort("events", descending=True, maintain_order=True)
        self.table = table
        self._labels = [_folded(label) for label in table["label"]]
        self._searched = pl.DataFrame(
            {
                "id": table["id"].str.to_lowercase(),
                "label": pl.Series(self._labels, dtype=pl.String),
            }
        )

    def find(self, query: str, limit: int) -> pl.DataFrame:
        """Rows of the table, the best match first; all of them match for an empty query."""
        words = _folded(query.strip())[:_LONGEST]
        if not words:
            return self.table.head(limit)
        rows = self._matching(words, limit)
        if len(rows) < limit:
            seen = set(rows)
            rows += [row for row in self._near(words, limit) if row not in seen]
        return self.table[rows[:limit]]

    def has(self, name: str) -> bool:
        """Whether a node has this id or this label."""
        return name in self._by_id or name in self._known_labels

    def label(self, name: str) -> str:
        """The label of a node by its id; what is no id is a label."""
        return self._by_id.get(name, name)

    @cached_property
    def _by_id(self) -> dict[str, str]:
        return dict(self.table.select("id", "label").iter_rows())

    @cached_property
    def _known_labels(self) -> frozenset[str]:
        return frozenset(self.table["label"])

    def near(self, query: str, limit: int = 5) -> list[dict[str, str]]:
        """Ids and labels of what may have been meant."""
        found = self.find(query, limit).select("id", "label")
        return found.to_dicts()

    def _matching(self, words: str, limit: int) -> list[int]:
        label, id = pl.col("label"), pl.col("id")
        place = (
            pl.when((id == words) | (label == words))
            .then(0)
            .when(label.str.starts_with(words) | id.str.starts_with(words))
            .then(1)
            .when(label.str.contains(" " + words, literal=True))
            .then(2)
            .when(label.str.contains(words, literal=True))
            .then(3)
        )
        found = self._searched.with_row_index("row").with_columns(place=place)
        found = found.filter(pl.col("place").is_not_null()).sort("place", "row")
        return found["row"].head(limit).to_list()

    def _near(self, words: str, limit: int) -> Sequence[int]:
        found = process.extract(
            words, self._labels, scorer=fuzz.WRatio, limit=limit, score_cutoff=_LEAST_ALIKE
        )
        order = sorted(found, key=lambda match: (-match[1], match[2]))
        return [int(row) for _, _, row in order]


def most_active(graph: KnowledgeGraph) -> list[str]:
    """Ids of the users, those who did most first."""
    counts = (
        graph.edges.filter(pl.col("relation") == INTERACTED)
        .group_by("head", maintain_order=True)
        .agg(events=pl.len())
    )
    order = np.argsort(-counts["events"].to_numpy().astype(np.int64), kind="stable")
    return counts["head"].str.strip_prefix("user:").gather(order).to_list()


def _folded(text: str) -> str:
    """Without case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
