"""Scores of single pairs of a user and an item, in memory for the pairs alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from kgrec.sparse import csr_tensor, rows_times

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs sorted by user; a pair may occur twice.

    :ivar starts: where the pairs of each user begin, shape ``(n + 1,)``
    :ivar items: shape ``(p,)``
    :ivar num_items: items are ``0 … num_items - 1``
    """

    starts: Indices
    items: Indices
    num_items: int

    @staticmethod
    def of(matrix: csr_matrix) -> Pairs:
        """All that is stored in a matrix of users by items."""
        return Pairs(matrix.indptr, matrix.indices.astype(np.int64), matrix.shape[1])

    @cached_property
    def users(self) -> Indices:
        """The user of each pair, shape ``(p,)``."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @cached_property
    def rows(self) -> torch.Tensor:
        """The same as a tensor."""
        return torch.from_numpy(self.users)

    def matrix(self, values: torch.Tensor) -> torch.Tensor:
        """Users by items, with one value for each pair."""
        shape = (len(self.starts) - 1, self.num_items)
        return csr_tensor(self.starts, self.items, values, shape)

    def by_user(self, values: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        """Sum items' vectors, each times the pair's value: shape ``(n, d)``."""
        starts, columns = (
            torch.from_numpy(part.astype(np.int64)) for part in (self.starts, self.items)
        )
        return rows_times(starts, columns, values, items, self.num_items)

    def by_item(self, values: torch.Tensor, users: torch.Tensor) -> torch.Tensor:
        """Sum users' vectors, each times the pair's value: shape ``(I, d)``."""
        order = torch.from_numpy(np.argsort(self.items, kind="stable"))
        starts = np.searchsorted(self.items[order.numpy()], np.arange(self.num_items + 1))
        begins, num_users = torch.from_numpy(starts), len(self.starts) - 1
        return rows_times(begins, self.rows[order], values[order], users, num_users)


def pair_scores(
    users: torch.Tensor, items: torch.Tensor, bias: torch.Tensor, pairs: Pairs
) -> torch.Tensor:
    """The score of each pair, ``x_u · z_i + b_i``, shape ``(p,)``.

    :param users: vectors, shape ``(n, d)``
    :param items: vectors, shape ``(I, d)``
    :param bias: shape ``(I,)``
    """
    products: torch.Tensor = _Products.apply(users, items, pairs)  # type: ignore[no-untyped-call]
    return products.to(bias.dtype) + bias.index_select(0, torch.from_numpy(pairs.items))


class _Products(torch.autograd.Function):
    """Sampled product: gathering vectors would take ``p`` times ``d`` numbers, twice."""

    @staticmethod
    def forward(ctx: Any, users: torch.Tensor, items: torch.Tensor, pairs: Pairs) -> torch.Tensor:
        ctx.pairs = pairs
        with torch.autocast("cpu", enabled=False):  # there is no sparse product of bfloat16
            users, items = (_wide(part) for part in (users, items))
            ctx.save_for_backward(users, items)
            pattern = pairs.matrix(users.new_zeros(len(pairs.items)))
            values: torch.Tensor = torch.sparse.sampled_addmm(pattern, users, items.T).values()
            return values

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        users, items = ctx.saved_tensors
        pairs: Pairs = ctx.pairs
        return pairs.by_user(gradient, items), pairs.by_item(gradient, users), None


def _wide(part: torch.Tensor) -> torch.Tensor:
    return part if part.dtype == torch.float64 else part.float()
