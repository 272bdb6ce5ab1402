"""Which edges a node has, without a search through all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from kgrec.graph.coded import Coded
from kgrec.vocabulary import INTERACTED


@dataclass(frozen=True, eq=False)
class Steps:
    """Ways over one edge, one row each.

    :ivar source: row of the node where it begins, shape ``(n,)``
    :ivar target: row of the node where it ends
    :ivar relation: number of the relation
    :ivar forward: whether it leads from head to tail
    """

    source: np.ndarray
    target: np.ndarray
    relation: np.ndarray
    forward: np.ndarray

    def where(self, mask: np.ndarray) -> Steps:
        """Some of them.

        :param mask: shape ``(n,)``
        """
        return Steps(self.source[mask], self.target[mask], self.relation[mask], self.forward[mask])


class Adjacency:
    """The edges of every node in both directions, as a compressed sparse matrix.

    It takes 9 bytes for each end of an edge, and is made once for a graph.

    :ivar relations: names by number
    :ivar facts: how many facts each node is in, shape ``(N,)``
    """

    def __init__(self, nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
        graph = Coded.of(nodes, edges)
        ends = np.concatenate([graph.head, graph.tail])
        order = np.argsort(ends, kind="stable")
        size = len(graph.relation)
        self.relations = graph.relations
        self._start = np.searchsorted(ends[order], np.arange(len(graph.keys) + 1))
        self._target = np.concatenate([graph.tail, graph.head])[order]
        self._relation = np.concatenate([graph.relation, graph.relation])[order]
        self._forward = order < size
        is_fact = self._relation != self.number(INTERACTED)
        self.facts = np.bincount(ends[order][is_fact], minlength=len(graph.keys))[: graph.known]

    def number(self, relation: str) -> int:
        """The number of a relation; -1 for one that has no edge."""
        return self.relations.index(relation) if relation in self.relations else -1

    def around(self, rows: np.ndarray) -> Steps:
        """All steps from some nodes.

        :param rows: rows of nodes, shape ``(n,)``
        """
        parts = [np.arange(self._start[row], self._start[row + 1]) for row in rows]
        places = np.concatenate([np.zeros(0, dtype=np.int64), *parts])
        source = np.repeat(rows, [len(part) for part in parts]).astype(np.int64)
        return Steps(source, self._target[places], self._relation[places], self._forward[places])
