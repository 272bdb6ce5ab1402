"""Sums of item–item weights over many histories, as fast as memory allows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

# So many columns of a few thousand rows stay in a processor's cache while histories go by.
_WIDTH = 64
# No call of the kernel gets more places than this (32 MB), however long the histories are.
_MOST_PLACES = 2**22


class Panels:
    """A dense matrix, cut into panels of columns, that multiplies sparse rows from the left.

    A general sparse product streams all of the matrix through memory for every row, and reads and
    writes the result once for every entry. Here a panel stays in the cache, and the sum in
    registers: PyTorch's ``embedding_bag`` is that kernel. Each row of a result depends on nothing
    but its own row, to the last bit.

    :param weights: shape ``(I, J)``; copied as float32
    """

    def __init__(self, weights: npt.NDArray[np.floating] | torch.Tensor) -> None:
        matrix = torch.as_tensor(weights).detach()
        self.shape = (matrix.shape[0], matrix.shape[1])
        self._count = -(-self.shape[1] // _WIDTH)
        padded = torch.zeros(self.shape[0], self._count * _WIDTH)
        padded[:, : self.shape[1]] = matrix
        # Panel below panel, so that one call (one start of the threads) does many of them.
        panels = padded.view(self.shape[0], self._count, _WIDTH).transpose(0, 1)
        self._table = panels.reshape(-1, _WIDTH)

    @torch.no_grad()
    def sums(self, rows: csr_matrix) -> torch.Tensor:
        """Multiply: float32, shape ``(n, J)``.

        :param rows: shape ``(n, I)``
        :raises ValueError: if the shapes do not agree
        """
        rows = csr_matrix(rows)
        if rows.shape[1] != self.shape[0]:
            raise ValueError(f"rows of {rows.shape[1]} columns, weights of {self.shape[0]} rows")
        result = torch.empty(rows.shape[0], self._count, _WIDTH)
        step = max(1, _MOST_PLACES // max(rows.nnz, 1))
        for first in range(0, self._count if rows.shape[0] else 0, step):
            stop = min(first + step, self._count)
            result[:, first:stop] = self._panel_sums(rows, torch.arange(first, stop))
        return result.flatten(1)[:, : self.shape[1]]

    def _panel_sums(self, rows: csr_matrix, panels: torch.Tensor) -> torch.Tensor:
        """The product with some panels, shape ``(n, panels, width)``."""
        largest = max(len(self._table), len(panels) * rows.nnz)
        whole = torch.int32 if largest < 2**31 else torch.int64  # half the bytes to read
        places = torch.as_tensor(rows.indices, dtype=whole)
        starts = torch.as_tensor(rows.indptr[:-1], dtype=whole)
        ones = bool((rows.data == 1).all())
        values = None if ones else torch.from_numpy(rows.data.astype(np.float32))
        bags = torch.arange(len(panels), dtype=whole)[:, None] * rows.nnz + starts
        sums = torch.nn.functional.embedding_bag(
            (panels.to(whole)[:, None] * self.shape[0] + places).view(-1),
            self._table,
            bags.view(-1),
            mode="sum",
            per_sample_weights=None if values is None else values.repeat(len(panels)),
        )
        return sums.view(-1, rows.shape[0], _WIDTH).transpose(0, 1)
