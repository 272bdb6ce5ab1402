"""iALS: matrix factorisation by alternating least squares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.evaluation.baselines import Baseline

# No batch of least-squares problems holds more numbers than this (16 MB of float32).
_MOST_NUMBERS = 2**22


@dataclass
class IALS(Baseline):
    r"""Implicit alternating least squares, with regularisation that grows with the frequency.

    .. math:: \sum_{(u,i) \in S} (w_u \cdot h_i - 1)^2 + \alpha \sum_{u,i} (w_u \cdot h_i)^2
        + \lambda \sum_u (|S_u| + \alpha I) \|w_u\|^2 + \lambda \sum_i (|S_i| + \alpha U) \|h_i\|^2

    Hu, Koren, Volinsky 2008 (https://doi.org/10.1109/ICDM.2008.22), in the form that Rendle et al.
    2021 (https://arxiv.org/abs/2110.14037) found competitive; the package ``implicit`` lacks its
    regularisation. A user's vector is solved for when it is needed, so that strangers are served.

    :ivar unobserved: :math:`\alpha`, the weight of pairs without interaction, above 0
    :ivar regularisation: :math:`\lambda \sqrt\alpha`, above 0; the best one hardly depends on
        :math:`\alpha` in this form
    :ivar embedding_size: length of a vector, at least 1
    :ivar epochs: how often users and items are solved for
    :ivar seed: of the first item vectors
    """

    name: ClassVar[str] = "iALS"
    grid: ClassVar[dict[str, tuple[float, ...]]] = {
        "unobserved": (0.03, 0.1, 0.3),
        "regularisation": (0.0045, 0.008),
    }

    unobserved: float = 0.1
    regularisation: float = 0.006
    embedding_size: int = 64
    epochs: int = 5
    seed: int = 0
    _items: torch.Tensor = field(init=False, repr=False)

    def fit(self, train: csr_matrix) -> Self:
        """Solve for users and items in turn."""
        generator = torch.Generator().manual_seed(self.seed)
        by_user, by_item = csr_matrix(train), csr_matrix(train.T)
        start = torch.randn(train.shape[1], self.embedding_size, generator=generator)
        self._items = start * 0.1 / self.embedding_size**0.5
        for _ in range(self.epochs):
            self._items = self._solve(by_item, self._solve(by_user, self._items))
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Solve for the users of the rows, and multiply with the items."""
        return (self._solve(csr_matrix(rows), self._items) @ self._items.T).numpy()

    @torch.no_grad()
    def _solve(self, rows: csr_matrix, others: torch.Tensor) -> torch.Tensor:
        """The best vector of each row where the vectors of the columns are fixed."""
        count, size = others.shape
        everyone = self.unobserved * (others.T @ others)
        padded = torch.cat([others, torch.zeros(1, size)])
        lengths = np.diff(rows.indptr)
        strength = self.regularisation / self.unobserved**0.5
        ridge = torch.from_numpy(lengths + self.unobserved * count) * strength
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
