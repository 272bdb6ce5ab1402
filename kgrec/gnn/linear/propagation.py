r"""One hop of linear relational message passing.

.. math:: (\hat A z)_i = \sum_{(i, r, j)} \frac{g_r}{\sqrt{d_i d_j}}\, z_j

with a learned gate :math:`g_r` for every relation and direction. This is R-GCN (Schlichtkrull et
al. 2018, https://arxiv.org/abs/1703.06103) with a scalar in place of each relation's matrix and
without the non-linearity, as LightGCN and LightKG found best where data are sparse.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from kgrec.sparse import csr_tensor


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
        self.starts = np.searchsorted(rows, np.arange(num_nodes + 1))
        self.columns = torch.from_numpy(columns)
        self.rows = torch.from_numpy(rows)
        self.kinds = torch.from_numpy(kinds)
        self.norms = torch.from_numpy(norms.astype(np.float32))
        # The reverse of every edge is an edge, too: the transpose is the same pattern.
        self.mirror = torch.from_numpy(np.lexsort((rows, columns)))
        self.gates = torch.nn.Parameter(torch.ones(2 * max(num_relations, 1)))

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Pass messages once.

        :param vectors: shape ``(N, d)``
        :return: shape ``(N, d)``
        """
        values = self.norms * self.gates[self.kinds]
        result: torch.Tensor = _Product.apply(values, vectors, self)  # type: ignore[no-untyped-call]
        return result

    def matrix(self, values: torch.Tensor) -> torch.Tensor:
        """The CSR matrix with these values, in the order of :attr:`rows`, shape ``(N, N)``."""
        return csr_tensor(self.starts, self.columns, values, (self.num_nodes, self.num_nodes))


class _Product(torch.autograd.Function):
    """CSR times dense with a gradient for the values, which :mod:`torch.sparse` does not give."""

    @staticmethod
    def forward(
        ctx: Any, values: torch.Tensor, vectors: torch.Tensor, adjacency: RelationalAdjacency
    ) -> torch.Tensor:
        ctx.save_for_backward(values, vectors)
        ctx.adjacency = adjacency
        return adjacency.matrix(values) @ vectors

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        values, vectors = ctx.saved_tensors
        adjacency = ctx.adjacency
        of_vectors = adjacency.matrix(values[adjacency.mirror]) @ gradient
        of_values = torch.sparse.sampled_addmm(
            adjacency.matrix(torch.zeros_like(values)), gradient, vectors.T
        ).values()
        return of_values, of_vectors, None
