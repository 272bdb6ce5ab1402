from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, random_array

import kgrec.sparse
from kgrec.sparse import (
    csr_tensor,
    history_sums,
    places_of,
    product,
    row_of,
    rows_times,
    sums_of,
    to_tensor,
    unit_rows,
)

seeds = st.integers(0, 2**32 - 1)


def a_matrix(seed: int, rows: int, columns: int) -> csr_matrix:
    rng = np.random.default_rng(seed)
    return csr_matrix(random_array((rows, columns), density=0.4, rng=rng), dtype=np.float32)


@given(seeds, st.integers(1, 6), st.integers(1, 6))
def test_a_tensor_holds_what_the_matrix_holds(seed: int, rows: int, columns: int) -> None:
    matrix = a_matrix(seed, rows, columns)
    tensor = to_tensor(matrix)
    assert tensor.dtype == torch.float32
    np.testing.assert_array_equal(tensor.to_dense().numpy(), matrix.toarray())


def test_csr_tensor_takes_tensors_and_keeps_their_gradient_type() -> None:
    values = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    tensor = csr_tensor(np.array([0, 1, 3]), torch.tensor([1, 0, 1]), values, (2, 2))
    assert tensor.dtype == torch.float64
    assert tensor.to_dense().tolist() == [[0, 1], [2, 3]]


@given(seeds, st.integers(0, 6), st.integers(0, 6), st.integers(0, 40), st.booleans())
def test_rows_times_is_a_matrix_product(
    seed: int, rows: int, columns: int, width: int, single: bool
) -> None:
    matrix = a_matrix(seed, rows, columns)
    rng = np.random.default_rng(seed)
    dense = torch.from_numpy(rng.normal(size=(columns, width)))
    dense = dense.float() if single else dense
    starts, places = (
        torch.from_numpy(part.astype(np.int64)) for part in (matrix.indptr, matrix.indices)
    )
    values = torch.from_numpy(matrix.data).to(dense.dtype)
    ours = rows_times(starts, places, values, dense, columns)
    torch.testing.assert_close(ours, torch.from_numpy(matrix.toarray()).to(dense.dtype) @ dense)


def test_rows_times_refuses_other_shapes() -> None:
    starts, places, values = torch.tensor([0, 1]), torch.tensor([0]), torch.ones(1)
    with pytest.raises(RuntimeError, match="2 columns times 3 rows"):
        rows_times(starts, places, values, torch.ones(3, 4), 2)


@given(seeds)
def test_product_and_its_gradient_equal_the_dense_ones(seed: int) -> None:
    matrix = a_matrix(seed, 5, 4)
    rng = np.random.default_rng(seed)
    start = torch.from_numpy(rng.normal(size=(4, 3)).astype(np.float32))
    toward = torch.from_numpy(rng.normal(size=(5, 3)).astype(np.float32))
    sparse, dense = start.clone().requires_grad_(), start.clone().requires_grad_()
    ours, reference = product(matrix, sparse), torch.from_numpy(matrix.toarray()) @ dense
    torch.testing.assert_close(ours, reference)
    (ours * toward).sum().backward()
    (reference * toward).sum().backward()
    torch.testing.assert_close(sparse.grad, dense.grad)


@given(seeds)
def test_history_sums_are_the_same_on_both_paths(seed: int) -> None:
    histories, weights = a_matrix(seed, 6, 5), a_matrix(seed + 1, 5, 5)
    dense = history_sums(histories, weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kgrec.sparse, "MOST_DENSE", 1)
        sparse = history_sums(histories, weights)
    assert dense.dtype == sparse.dtype == torch.float32
    torch.testing.assert_close(dense, sparse)
    np.testing.assert_allclose(
        dense.numpy(), histories.toarray() @ weights.toarray(), rtol=1e-5, atol=1e-6
    )


def test_rows_of_any_length_become_units_and_empty_ones_stay_empty() -> None:
    matrix = csr_matrix(np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 0.5]]))
    np.testing.assert_allclose(unit_rows(matrix).toarray(), [[0.6, 0.8], [0, 0], [0, 1]], rtol=1e-6)


@given(seeds, st.integers(1, 6), st.integers(1, 6), st.lists(st.integers(0, 5), max_size=8))
def test_rows_are_found_where_they_stand(
    seed: int, rows: int, columns: int, asked: list[int]
) -> None:
    matrix = a_matrix(seed, rows, columns)
    chosen = np.array([row % rows for row in asked], dtype=np.int64)
    places, sizes = places_of(matrix, chosen)
    wanted = matrix[chosen]
    np.testing.assert_array_equal(matrix.indices[places], wanted.indices)
    np.testing.assert_array_equal(matrix.data[places], wanted.data)
    np.testing.assert_array_equal(sizes, np.diff(wanted.indptr))
    sums = np.asarray(wanted.sum(axis=1)).ravel()
    np.testing.assert_allclose(sums_of(matrix.data[places], sizes), sums, rtol=1e-6)
    for row in chosen:
        found, values = row_of(matrix, int(row))
        np.testing.assert_array_equal(found, matrix[[row]].indices)
        np.testing.assert_array_equal(values, matrix[[row]].data)
