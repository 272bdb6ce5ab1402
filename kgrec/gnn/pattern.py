"""Sparse products whose values have a gradient, too."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from kgrec.sparse import csr_tensor, rows_times

Indices = npt.NDArray[np.int64]


class Pattern:
    """Where a sparse matrix has its entries; the values come with each product.

    A product never holds a vector for each entry, as gather and scatter would: memory is bounded by
    rows and columns, whatever the degree of a node.

    :param rows: sorted, int64, shape ``(E,)``; several entries may share a place, and add up
    :param columns: int64, shape ``(E,)``
    :param shape: of the matrix
    """

    def __init__(self, rows: Indices, columns: Indices, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.starts = np.searchsorted(rows, np.arange(shape[0] + 1))
        self.rows = torch.from_numpy(np.ascontiguousarray(rows))
        self.columns = torch.from_numpy(np.ascontiguousarray(columns))

    def product(self, values: torch.Tensor, dense: torch.Tensor) -> torch.Tensor:
        """Multiply; both arguments may have a gradient.

        :param values: float32, shape ``(E,)``
        :param dense: shape ``(columns, d)``
        :return: shape ``(rows, d)``
        """
        result: torch.Tensor = _Product.apply(values, dense, self)  # type: ignore[no-untyped-call]
        return result

    def dots(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """Dot product of a row's vector with a column's at each entry, without gradient.

        :param left: shape ``(rows, d)``
        :param right: shape ``(columns, d)``
        :return: shape ``(E,)``
        """
        with torch.autocast("cpu", enabled=False):
            left, right = _widened(left), _widened(right)
            if len(self.columns) > self.shape[0] * self.shape[1]:
                # More entries than places, which torch refuses: a matrix of all places is small.
                return (left @ right.T)[self.rows, self.columns]
            places = self.matrix(left.new_zeros(len(self.columns)))
            sampled: torch.Tensor = torch.sparse.sampled_addmm(places, left, right.T)
            return sampled.values()

    def times(self, values: torch.Tensor, dense: torch.Tensor) -> torch.Tensor:
        """Multiply, without gradient: shape ``(rows, d)``."""
        return rows_times(self.begins, self.columns, values, dense, self.shape[1])

    @cached_property
    def begins(self) -> torch.Tensor:
        """Where each row begins, int64, shape ``(rows + 1,)``."""
        return torch.from_numpy(self.starts)

    def matrix(self, values: torch.Tensor) -> torch.Tensor:
        """The CSR matrix with these values."""
        return csr_tensor(self.starts, self.columns, values, self.shape)

    @cached_property
    def order(self) -> torch.Tensor:
        """The entries in the order of the transpose, int64, shape ``(E,)``."""
        return torch.from_numpy(np.argsort(self.columns.numpy(), kind="stable"))

    @cached_property
    def transposed(self) -> Pattern:
        """The pattern of the transpose; its values are ``values[order]``."""
        order = self.order.numpy()
        rows, columns = self.columns.numpy()[order], self.rows.numpy()[order]
        return Pattern(rows, columns, (self.shape[1], self.shape[0]))


def _widened(dense: torch.Tensor) -> torch.Tensor:
    """Sums of bfloat16 would lose too much, and there is no sampled product of it."""
    return dense.float() if dense.dtype == torch.bfloat16 else dense


class _Product(torch.autograd.Function):
    """CSR times dense; :mod:`torch.sparse` gives no gradient for the values."""

    @staticmethod
    def forward(
        ctx: Any, values: torch.Tensor, dense: torch.Tensor, pattern: Pattern
    ) -> torch.Tensor:
        ctx.save_for_backward(values, dense)
        ctx.pattern = pattern
        with torch.autocast("cpu", enabled=False):
            return pattern.times(values, _widened(dense))

    @staticmethod
    def backward(
        ctx: Any, gradient: torch.Tensor
    ) -> tuple[torch.Tensor | None, torch.Tensor | None, None]:
        values, dense = ctx.saved_tensors
        pattern: Pattern = ctx.pattern
        of_values = of_dense = None
        if ctx.needs_input_grad[0]:
            of_values = pattern.dots(gradient, dense)
        if ctx.needs_input_grad[1]:
            of_dense = pattern.transposed.times(values[pattern.order], gradient)
        return of_values, of_dense, None
