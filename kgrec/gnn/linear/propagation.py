r"""One hop of linear relational message passing.

.. math:: (\hat A z)_i = \sum_{(i, r, j)} \frac{g_r}{\sqrt{d_i d_j}}\, z_j

with a learned gate :math:`g_r` for every relation and direction. This is R-GCN (Schlichtkrull et
al. 2018, https://arxiv.org/abs/1703.06103) with a scalar in place of each relation's matrix and
without the non-linearity, as LightGCN and LightKG found best where data are sparse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from kgrec.gnn.pattern import Indices, Pattern


@dataclass(frozen=True, eq=False)
class Hop:
    """Some nodes and their neighbours.

    :ivar nodes: who hears, sorted, shape ``(m,)``
    :ivar sources: the same and all whom they hear, sorted, shape ``(s,)``
    :ivar edges: between places in both, shape ``(m, s)``
    :ivar entries: which edges of the graph these are
    """

    nodes: Indices
    sources: Indices
    edges: Pattern
    entries: torch.Tensor


class RelationalAdjacency(torch.nn.Module):
    """The facts of a catalog as a gated, normalised adjacency matrix of its nodes.

    :param facts: head, relation, tail; int64, shape ``(F, 3)``
    :param num_nodes: nodes are ``0 … num_nodes - 1``
    :param num_relations: relations are ``0 … num_relations - 1``
    """

    gates: torch.nn.Parameter

    def __init__(self, facts: npt.NDArray[np.int64], num_nodes: int, num_relations: int) -> None:
        super().__init__()
        rows = np.concatenate([facts[:, 0], facts[:, 2]])
        columns = np.concatenate([facts[:, 2], facts[:, 0]])
        kinds = np.concatenate([facts[:, 1], facts[:, 1] + num_relations])
        degrees = np.maximum(np.bincount(rows, minlength=num_nodes), 1)
        order = np.lexsort((columns, rows))
        rows, columns, kinds = rows[order], columns[order], kinds[order]
        norms = 1 / np.sqrt(degrees[rows] * degrees[columns])
        self.num_nodes = num_nodes
        self.edges = Pattern(rows, columns, (num_nodes, num_nodes))
        self.kinds = torch.from_numpy(kinds)
        self.norms = torch.from_numpy(norms.astype(np.float32))
        self.gates = torch.nn.Parameter(torch.ones(2 * max(num_relations, 1)))

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Pass messages once.

        :param vectors: shape ``(N, d)``
        :return: shape ``(N, d)``
        """
        return self.edges.product(self.norms * self.gates[self.kinds], vectors)

    def hop(self, nodes: Indices) -> Hop:
        """The edges over which some nodes hear from all of their neighbours.

        :param nodes: sorted, int64, shape ``(m,)``
        """
        starts, stops = self.edges.starts[nodes], self.edges.starts[nodes + 1]
        counts = stops - starts
        rows = np.repeat(np.arange(len(nodes)), counts)
        entries = np.arange(len(rows)) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
        columns = self.edges.columns.numpy()[entries]
        sources = np.union1d(nodes, columns).astype(np.int64)
        shape = (len(nodes), len(sources))
        edges = Pattern(rows, np.searchsorted(sources, columns), shape)
        return Hop(nodes, sources, edges, torch.from_numpy(entries))

    def along(self, hop: Hop, vectors: torch.Tensor) -> torch.Tensor:
        """Pass messages over some edges.

        :param vectors: of the hop's sources, shape ``(s, d)``
        :return: of its nodes, shape ``(m, d)``
        """
        values = self.norms[hop.entries] * self.gates[self.kinds[hop.entries]]
        return hop.edges.product(values, vectors)
