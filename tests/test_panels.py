from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

import kgrec.panels
from kgrec.panels import Panels


def histories(rows: int, columns: int, seed: int, *, weighed: bool) -> csr_matrix:
    rng = np.random.default_rng(seed)
    values = rng.random((rows, columns)) + 0.1 if weighed else 1.0
    return csr_matrix((rng.random((rows, columns)) < 0.3) * values, dtype=np.float32)


@given(
    rows=st.integers(0, 9),
    items=st.integers(1, 12),
    columns=st.sampled_from([0, 1, 63, 64, 65, 300]),
    seed=st.integers(0, 99),
    weighed=st.booleans(),
)
def test_it_is_the_product(rows: int, items: int, columns: int, seed: int, weighed: bool) -> None:
    weights = np.random.default_rng(seed).normal(size=(items, columns))
    taken = histories(rows, items, seed, weighed=weighed)
    sums = Panels(weights).sums(taken)
    assert sums.shape == (rows, columns)
    assert sums.dtype == torch.float32
    np.testing.assert_allclose(sums, taken.toarray() @ weights, rtol=1e-4, atol=1e-5)


@given(cut=st.integers(0, 20), most=st.sampled_from([1, 30, 2**22]))
def test_neither_other_rows_nor_the_size_of_a_call_change_a_bit(cut: int, most: int) -> None:
    weights = np.random.default_rng(0).normal(size=(40, 500)).astype(np.float32)
    taken = histories(20, 40, 1, weighed=False)
    whole = Panels(weights).sums(taken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kgrec.panels, "_MOST_PLACES", most)
        parts = [Panels(weights).sums(csr_matrix(part)) for part in (taken[:cut], taken[cut:])]
    assert torch.equal(torch.cat(parts), whole)


def test_the_weights_may_need_gradients_and_are_copied() -> None:
    weights = torch.ones(3, 2, requires_grad=True)
    panels = Panels(weights)
    with torch.no_grad():
        weights.zero_()
    sums = panels.sums(csr_matrix(np.eye(3, dtype=np.float32)))
    assert sums.tolist() == [[1, 1]] * 3
    assert not sums.requires_grad


def test_shapes_that_do_not_agree_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of 4 columns, weights of 3 rows"):
        Panels(np.zeros((3, 2))).sums(csr_matrix((1, 4), dtype=np.float32))
