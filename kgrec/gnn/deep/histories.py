"""Histories as edges between users and items."""

from __future__ import annotations

from copy import copy
from functools import cached_property

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.gnn.pattern import Pattern


class Histories:
    """Users as nodes of the graph; each is joined to the items of a history.

    :param matrix: above 0 where a user has an item, shape ``(n, I)``
    :ivar edges: a user hears from items, shape ``(n, I)``
    :ivar weights: of the edges, float32, shape ``(E,)``
    :ivar voices: the same, but 0 where the item does not hear the user
    """

    def __init__(self, matrix: csr_matrix) -> None:
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        self.edges = Pattern(rows, matrix.indices.astype(np.int64), matrix.shape)
        self.weights = torch.from_numpy(matrix.data.astype(np.float32))
        self.voices = self.weights

    @cached_property
    def sums(self) -> torch.Tensor:
        """Sum of each user's weights, shape ``(n, 1)``; 0 for an empty history."""
        return _sums(self.weights, self.edges.rows, self.edges.shape[0])[:, None]

    @cached_property
    def shares_of_items(self) -> torch.Tensor:
        """Weights that sum to 1 for each user, in the order of :attr:`edges`, shape ``(E,)``."""
        return self.weights / self.sums[:, 0].clamp_min(1e-12)[self.edges.rows]

    @cached_property
    def shares_of_users(self) -> torch.Tensor:
        """Weights that sum to 1 for each item, in the order of the transpose, shape ``(E,)``."""
        sums = _sums(self.voices, self.edges.columns, self.edges.shape[1])
        return (self.voices / sums.clamp_min(1e-12)[self.edges.columns])[self.edges.order]

    def without(self, new: torch.Tensor) -> Histories:
        """The same where some items hear from nobody; users hear from these all the same.

        :param new: which, shape ``(I,)``
        """
        result = copy(self)
        result.__dict__.pop("shares_of_users", None)
        result.voices = self.weights * ~new[self.edges.columns]
        return result

    def mean(self, items: torch.Tensor) -> torch.Tensor:
        """Mean over each history, shape ``(n, d)``; 0 for an empty one.

        :param items: shape ``(I, d)``
        """
        return self.edges.product(self.shares_of_items, items)


def _sums(values: torch.Tensor, groups: torch.Tensor, size: int) -> torch.Tensor:
    return torch.zeros(size).index_add_(0, groups, values)
