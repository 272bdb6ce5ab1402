"""Alternating least squares: item vectors with which the vector of any user can be solved for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix

# No batch of least-squares problems holds more numbers than this (16 MB of float32).
_MOST_NUMBERS = 2**22


@dataclass(frozen=True)
class LeastSquares:
    r"""Implicit alternating least squares, with regularisation that grows with the frequency.

    .. math:: \sum_{(u,i) \in S} (w_u \cdot h_i - 1)^2 + \alpha \sum_{u,i} (w_u \cdot h_i)^2
        + \lambda \sum_u (|S_u| + \alpha I) \|w_u\|^2 + \lambda \sum_i (|S_i| + \alpha U) \|h_i\|^2

    Hu, Koren, Volinsky 2008 (https://doi.org/10.1109/ICDM.2008.22), in the form that Rendle et al.
    2021 (https://arxiv.org/abs/2110.14037) found competitive; the package ``implicit`` lacks its
    regularisation.

    :ivar unobserved: :math:`\alpha`, the weight of pairs without interaction, above 0
    :ivar regularisation: :math:`\lambda \sqrt\alpha`, above 0; the best one hardly depends on
        :math:`\alpha` in this form
    :ivar embedding_size: length of a vector, at least 1; never more than there are users or items
    :ivar epochs: how often users and items are solved for
    :ivar seed: of the first item vectors
    """

    unobserved: float = 0.1
    regularisation: float = 0.006
    embedding_size: int = 64
    epochs: int = 5
    seed: int = 0

    @property
    def strength(self) -> float:
        r""":math:`\lambda`."""
        return self.regularisation / math.sqrt(self.unobserved)

    def items(self, train: csr_matrix) -> torch.Tensor:
        """Solve for users and items in turn: item vectors, float32, shape ``(I, d)``.

        :param train: binary, shape ``(U, I)``
        """
        generator = torch.Generator().manual_seed(self.seed)
        by_user, by_item = csr_matrix(train), csr_matrix(train.T)
        # A matrix has no more directions than rows or columns: longer vectors only cost time.
        size = max(1, min(self.embedding_size, *train.shape))
        items = torch.randn(train.shape[1], size, generator=generator) * (0.1 / math.sqrt(size))
        for _ in range(self.epochs):
            items = self.solve(by_item, self.solve(by_user, items))
        return items

    @torch.no_grad()
    def solve(self, rows: csr_matrix, others: torch.Tensor) -> torch.Tensor:
        """The best vector of each row where the vectors of the columns are fixed, shape ``(n, d)``.

        :param rows: binary, shape ``(n, m)``
        :param others: shape ``(m, d)``
        """
        count, size = others.shape
        everyone = self.unobserved * (others.T @ others)
        padded = torch.cat([others, torch.zeros(1, size)])
        lengths = np.diff(rows.indptr)
        ridge = torch.from_numpy(lengths + self.unobserved * count) * self.strength
        solved = torch.zeros(rows.shape[0], size)
        for some in _batches(lengths, size):
            taken = padded[_padded_columns(rows, some, count)]
            left = torch.baddbmm(everyone.expand(len(some), -1, -1), taken.mT, taken)
            left.diagonal(dim1=1, dim2=2).add_(ridge[some, None].float())
            right = taken.sum(dim=1)[..., None]
            solved[some] = torch.cholesky_solve(right, torch.linalg.cholesky(left))[..., 0]
        return solved


def _batches(lengths: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Rows of similar lengths together, so that little is padded."""
    order = np.argsort(lengths, kind="stable")
    most = max(1, _MOST_NUMBERS // size**2)
    while order.size:
        longest = lengths[order[:most]]
        needed = size * (longest + size) * np.arange(1, len(longest) + 1)
        stop = max(1, int((needed <= _MOST_NUMBERS).sum()))
        yield order[:stop]
        order = order[stop:]


def _padded_columns(rows: csr_matrix, some: np.ndarray, padding: int) -> torch.Tensor:
    """Column indices of some rows, shape ``(rows, longest)``."""
    part = rows[some]
    lengths = np.diff(part.indptr)
    columns = np.full((len(some), int(lengths.max())), padding, dtype=np.int64)
    columns[np.arange(columns.shape[1]) < lengths[:, None]] = part.indices
    return torch.from_numpy(columns)
