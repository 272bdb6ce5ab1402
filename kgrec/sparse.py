"""SciPy's sparse matrices in torch."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csc_matrix, csr_matrix, diags


def csr_tensor(
    starts: npt.NDArray[Any],
    columns: npt.NDArray[Any] | torch.Tensor,
    values: npt.NDArray[Any] | torch.Tensor,
    shape: tuple[int, int],
) -> torch.Tensor:
    """Build a CSR tensor: a sparse product is several times faster than gather and scatter.

    :param starts: where each row begins, shape ``(rows + 1,)``
    :param columns: shape ``(nnz,)``
    :param values: shape ``(nnz,)``
    """
    with warnings.catch_warnings():
        # torch announces with each process that its CSR support is young.
        warnings.filterwarnings("ignore", message="Sparse", category=UserWarning)
        return torch.sparse_csr_tensor(
            torch.from_numpy(np.ascontiguousarray(starts, dtype=np.int64)),
            torch.as_tensor(columns, dtype=torch.int64),
            torch.as_tensor(values),
            shape,
            check_invariants=False,
        )


def rows_times(
    starts: torch.Tensor,
    columns: torch.Tensor,
    values: torch.Tensor,
    dense: torch.Tensor,
    num_columns: int,
) -> torch.Tensor:
    """Multiply a CSR matrix with a dense one, without gradient.

    PyTorch's ``embedding_bag`` fetches the rows ahead of their use, and so comes two to three times
    nearer to what memory allows than its general sparse product.

    :param starts: where each row begins, int64, shape ``(n + 1,)``
    :param columns: int64, shape ``(nnz,)``
    :param values: shape ``(nnz,)``, of the type of ``dense``
    :param dense: shape ``(m, d)``
    :param num_columns: ``m``
    :return: shape ``(n, d)``
    :raises RuntimeError: if ``dense`` has another number of rows
    """
    if dense.shape[0] != num_columns:
        raise RuntimeError(f"a matrix of {num_columns} columns times {dense.shape[0]} rows")
    if not (len(columns) and dense.shape[1]):
        return dense.new_zeros(len(starts) - 1, dense.shape[1])
    return torch.nn.functional.embedding_bag(
        columns,
        dense.detach().contiguous(),
        starts,
        mode="sum",
        per_sample_weights=values.detach(),
        include_last_offset=True,
    )


def to_tensor(matrix: csr_matrix) -> torch.Tensor:
    """The same matrix as a float32 CSR tensor."""
    return csr_tensor(matrix.indptr, matrix.indices, matrix.data.astype(np.float32), matrix.shape)


def unit_rows(matrix: csr_matrix) -> csr_matrix:
    """The rows scaled to length 1, float32; an empty row stays empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(lengths, 1e-12)) @ matrix, dtype=np.float32)


def row_of(matrix: csr_matrix | csc_matrix, row: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Places and values of one row (of a CSC matrix: column), as views.

    SciPy's own slices copy and check, and take a hundred times as long.
    """
    part = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[part], matrix.data[part]


def dense_row(matrix: csr_matrix | csc_matrix, row: int, size: int) -> npt.NDArray[np.float32]:
    """One row (of a CSC matrix: column) with all its zeros, float32, shape ``(size,)``."""
    dense = np.zeros(size, dtype=np.float32)
    places, values = row_of(matrix, row)
    dense[places] = values
    return dense


def places_of(
    matrix: csr_matrix, rows: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where some rows stand in ``matrix.indices`` and ``matrix.data``, one after the other.

    :return: the places, and how many each row has
    """
    firsts = matrix.indptr[rows].astype(np.int64)
    sizes = matrix.indptr[rows + 1] - firsts
    ends = np.cumsum(sizes)
    return np.repeat(firsts - (ends - sizes), sizes) + np.arange(
        ends[-1] if len(ends) else 0
    ), sizes


def sums_of(values: npt.NDArray[Any], sizes: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Sum parts of so many values that stand one after the other; an empty part sums to 0."""
    sums = np.zeros(len(sizes))
    filled = sizes > 0
    if filled.any():
        firsts = np.cumsum(sizes) - sizes
        sums[filled] = np.add.reduceat(values, firsts[filled], dtype=np.float64)
    return sums


def equal_parts(values: csr_matrix) -> csr_matrix:
    """Divide each row by its number of values, so that it sums to 1, or stays empty."""
    binary = csr_matrix(values, dtype=np.float64, copy=True)
    binary.sum_duplicates()
    binary.data[:] = 1.0
    sizes = np.maximum(np.diff(binary.indptr), 1)
    return csr_matrix(diags(1.0 / sizes) @ binary)


MOST_DENSE = 12_000
"""Up to so many items a square of weights is held dense for scoring (at most 576 MB)."""


class _FixedProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, dense: torch.Tensor, matrix: csr_matrix) -> torch.Tensor:
        ctx.matrix = matrix
        with torch.autocast("cpu", enabled=False):  # sums of bfloat16 would lose too much
            return _times(matrix, dense.float())

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return _times(ctx.matrix.T.tocsr(), gradient), None


def _times(matrix: csr_matrix, dense: torch.Tensor) -> torch.Tensor:
    starts, columns = (
        torch.from_numpy(part.astype(np.int64)) for part in (matrix.indptr, matrix.indices)
    )
    values = torch.from_numpy(matrix.data).to(dense.dtype)
    return rows_times(starts, columns, values, dense, matrix.shape[1])


def product(matrix: csr_matrix, dense: torch.Tensor) -> torch.Tensor:
    """Multiply a constant sparse matrix with a dense one, with a gradient for the dense one.

    :param matrix: shape ``(n, m)``
    :param dense: shape ``(m, d)``
    :return: shape ``(n, d)``
    """
    result: torch.Tensor = _FixedProduct.apply(dense, matrix)  # type: ignore[no-untyped-call]
    return result


def history_sums(histories: csr_matrix, weights: csr_matrix) -> torch.Tensor:
    """Sum item–item weights over histories, shape ``(n, I)``.

    A product with a dense square is many times faster where one fits into memory.
    """
    if weights.shape[0] <= MOST_DENSE:
        return to_tensor(histories) @ torch.from_numpy(weights.toarray())
    return torch.from_numpy((histories @ weights).toarray())
