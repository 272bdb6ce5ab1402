"""All ways from the user to the item through the edges around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.explain.deep.sketch import ITEM, USER
from kgrec.explain.deep.whole import Indices

Floats = npt.NDArray[np.float64]

LONGEST = 3
"""Edges of a path, as with PaGE-Link; one more where there is none so short."""
_MOST = 200_000


@dataclass(frozen=True, eq=False)
class Routes:
    """Simple paths from the user to the item, of two edges or more.

    :ivar nodes: local nodes, -1 after the end, shape ``(w, L + 1)``
    :ivar edges: places of edges, -1 after the end, shape ``(w, L)``
    """

    nodes: Indices
    edges: Indices

    @staticmethod
    def of(ends: Indices, size: int, used: npt.NDArray[np.bool_]) -> Routes:
        """Find those of at most three edges, or of four if there are none so short.

        Should more than 200,000 of them have begun at some length, the first of these are followed.

        :param ends: local nodes that each edge joins, shape ``(K, 2)``
        :param size: number of local nodes
        :param used: the edges that routes may lead along, shape ``(K,)``
        """
        graph = _Adjacency.of(ends, size, np.flatnonzero(used))
        for longest in (LONGEST, LONGEST + 1):
            routes = graph.routes(longest)
            if len(routes):
                break
        return routes

    def __len__(self) -> int:
        return len(self.edges)

    def sums(self, numbers: Floats) -> Floats:
        """The sum over the edges of each route, shape ``(w,)``.

        :param numbers: of all edges, shape ``(K,)``
        """
        return np.asarray(np.append(numbers, 0.0)[self.edges].sum(axis=1))

    @property
    def lengths(self) -> Indices:
        """Edges of each route, shape ``(w,)``."""
        return np.asarray((self.edges >= 0).sum(axis=1))

    def strengths(self, numbers: Floats) -> Floats:
        """The geometric mean of numbers, 0 or more, over the edges of each route."""
        return np.exp(self.sums(np.log(np.maximum(numbers, 1e-30))) / self.lengths)

    def divided(self, attributions: Floats) -> Floats:
        """What each route has of the attributions of its edges, shape ``(w,)``.

        An edge's attribution is divided among the routes that use it in proportion to their
        strengths, so that what all routes have is the sum over the edges on any route.

        :param attributions: of all edges, shape ``(K,)``
        """
        used = self.edges >= 0
        strengths = np.maximum(self.strengths(np.abs(attributions)), 1e-30)
        weights = np.broadcast_to(strengths[:, None], self.edges.shape)
        totals = np.bincount(self.edges[used], weights[used], minlength=len(attributions))
        parts = np.append(attributions / np.maximum(totals, 1e-30), 0.0)
        return np.asarray(parts[self.edges].sum(axis=1) * strengths)


@dataclass(frozen=True, eq=False)
class _Adjacency:
    """The edges at each node, and how far it is to the item."""

    starts: Indices
    others: Indices
    edges: Indices
    far: Indices

    @staticmethod
    def of(ends: Indices, size: int, places: Indices) -> _Adjacency:
        rows = np.concatenate([ends[places, 0], ends[places, 1]])
        others = np.concatenate([ends[places, 1], ends[places, 0]])
        order = np.lexsort((others, rows))
        starts = np.searchsorted(rows[order], np.arange(size + 1))
        far = _distances(rows, others, size)
        return _Adjacency(starts, others[order], np.tile(places, 2)[order], far)

    def routes(self, longest: int) -> Routes:
        """Grow routes from the user, edge by edge, as long as the item is within reach."""
        nodes, edges = np.full((1, 1), USER), np.zeros((1, 0), dtype=np.int64)
        found = []
        for length in range(1, longest + 1):
            nodes, edges = self._grown(nodes, edges, longest - length)
            there = nodes[:, -1] == ITEM
            if length > 1:
                found.append(_padded(nodes[there], edges[there], longest))
            nodes, edges = nodes[~there], edges[~there]
        parts = zip(*found, strict=True)
        return Routes(*(np.concatenate(each) for each in parts))

    def _grown(self, nodes: Indices, edges: Indices, left: int) -> tuple[Indices, Indices]:
        last = nodes[:, -1]
        counts = self.starts[last + 1] - self.starts[last]
        rows = np.repeat(np.arange(len(nodes)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        places = self.starts[last][rows] + within
        others = self.others[places]
        fresh = (self.far[others] <= left) & ~(nodes[rows] == others[:, None]).any(axis=1)
        kept = np.flatnonzero(fresh)[:_MOST]
        rows, places = rows[kept], places[kept]
        grown = np.column_stack([nodes[rows], self.others[places]])
        return grown, np.column_stack([edges[rows], self.edges[places]])


def _distances(rows: Indices, others: Indices, size: int) -> Indices:
    """Edges between each node and the item, at most one more than a route may have."""
    graph = csr_matrix((np.ones(len(rows), dtype=np.int64), (rows, others)), shape=(size, size))
    far = np.full(size, LONGEST + 2)
    reached = np.arange(size) == ITEM
    for distance in range(LONGEST + 2):
        far[reached & (far > distance)] = distance
        reached = reached | (graph @ reached.astype(np.int64) > 0)
    return far


def _padded(nodes: Indices, edges: Indices, longest: int) -> tuple[Indices, Indices]:
    missing = longest - edges.shape[1]
    ends = ((0, 0), (0, missing))
    return np.pad(nodes, ends, constant_values=-1), np.pad(edges, ends, constant_values=-1)
