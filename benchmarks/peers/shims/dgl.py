"""The few calls of DGL that RecBole's KGAT makes, on SciPy.

DGL has no wheel for current versions of torch. KGAT asks it only to keep edges with their relation
and to hand back the adjacency matrix of one relation after another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from scipy.sparse import coo_matrix


@dataclass
class Graph:
    """Directed edges with data; several may join the same two nodes.

    :ivar heads: node ids, int64, shape ``(edges,)``
    :ivar tails: the same shape
    :ivar nodes: number of nodes
    :ivar edata: by name, one value for each edge
    """

    heads: torch.Tensor
    tails: torch.Tensor
    nodes: int
    edata: dict[str, torch.Tensor] = field(default_factory=dict)

    def filter_edges(self, predicate: Callable[[Edges], torch.Tensor]) -> torch.Tensor:
        """Ids of the edges for which the predicate holds."""
        return predicate(Edges(self.edata)).nonzero().flatten()

    def adjacency_matrix(self, transpose: bool, scipy_fmt: str) -> coo_matrix:
        """Ones at (head, tail), or at (tail, head) if transposed, shape ``(nodes, nodes)``."""
        ends = (self.heads.numpy(), self.tails.numpy())
        ones = torch.ones(len(self.heads)).numpy()
        places = ends[::-1] if transpose else ends
        return coo_matrix((ones, places), shape=(self.nodes, self.nodes)).asformat(scipy_fmt)


@dataclass
class Edges:
    """What a predicate sees."""

    data: dict[str, torch.Tensor]


def graph(ends: tuple[torch.Tensor, torch.Tensor]) -> Graph:
    """A graph of edges ``(heads, tails)``."""
    heads, tails = ends
    return Graph(heads, tails, int(max(heads.max(), tails.max())) + 1)


def edge_subgraph(whole: Graph, edges: torch.Tensor, preserve_nodes: bool) -> Graph:
    """Some edges and all nodes of a graph."""
    if not preserve_nodes:
        raise NotImplementedError("Nodes keep their numbers here: pass preserve_nodes=True.")
    data = {name: values[edges] for name, values in whole.edata.items()}
    return Graph(whole.heads[edges], whole.tails[edges], whole.nodes, data)
