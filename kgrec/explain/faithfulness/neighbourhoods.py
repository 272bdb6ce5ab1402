"""Degrees of nodes, and the probability that a random walk takes a path."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from kgrec.explain.explanation import Path
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED


class Neighbourhoods:
    """How many edges each node has, and who took which item.

    :param graph: the graph; several edges of one relation between two nodes count once
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph

    def degree(self, node: str) -> int:
        """The number of a node's edges, at least 1.

        :param node: its key
        """
        return self._degrees.get(node, 1)

    def probability(self, path: Path) -> float:
        """The probability that a walk of so many steps from the user takes this path, in (0, 1].

        Between two interactions all users who join the items are summed up, for such a path stands
        for all of them.
        """
        result = 1.0
        for place, node in enumerate(path.nodes[:-1]):
            if place > 0 and node.key.startswith("user:"):
                before, after = path.nodes[place - 1].key, path.nodes[place + 1].key
                result *= self._through_users(before, after, path.nodes[0].key)
            else:
                result /= self.degree(node.key)
        return result

    def _through_users(self, before: str, after: str, user: str) -> float:
        joined = self._takers.get(before, _NOBODY) & self._takers.get(after, _NOBODY)
        return sum(1 / self.degree(other) for other in joined - {user})

    @cached_property
    def _edges(self) -> pl.DataFrame:
        return self.graph.edges.select("head", "relation", "tail").unique()

    @cached_property
    def _degrees(self) -> dict[str, int]:
        ends = pl.concat([self._edges["head"], self._edges["tail"]])
        return dict(ends.rename("node").value_counts().iter_rows())

    @cached_property
    def _takers(self) -> dict[str, frozenset[str]]:
        taken = self._edges.filter(pl.col("relation") == INTERACTED)
        grouped = taken.group_by("tail").agg("head")
        return {item: frozenset(users) for item, users in grouped.iter_rows()}


_NOBODY: frozenset[str] = frozenset()
