from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from kgrec.gnn.pattern import Pattern


@given(st.integers(0, 500), st.integers(1, 6), st.integers(1, 6), st.integers(0, 20))
def test_products_and_gradients_equal_those_of_dense_matrices(
    seed: int, rows: int, columns: int, entries: int
) -> None:
    rng = np.random.default_rng(seed)
    # Places may come twice: two relations between the same nodes.
    places = np.sort(rng.integers(0, rows * columns, entries))
    pattern = Pattern(places // columns, places % columns, (rows, columns))
    torch.manual_seed(seed)
    values = torch.randn(entries, requires_grad=True)
    dense = torch.randn(columns, 3, requires_grad=True)
    weight = torch.randn(rows, 3)
    full = torch.zeros(rows, columns).index_put(
        (pattern.rows, pattern.columns), values, accumulate=True
    )
    expected = full @ dense
    found = pattern.product(values, dense)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    wanted = torch.autograd.grad((expected * weight).sum(), [values, dense])
    given_back = torch.autograd.grad((found * weight).sum(), [values, dense])
    for one, other in zip(given_back, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    back = pattern.transposed.matrix(values.detach()[pattern.order]).to_dense()
    torch.testing.assert_close(back, full.detach().T)
    left, right = torch.randn(rows, 4), torch.randn(columns, 4)
    dots = (left[pattern.rows] * right[pattern.columns]).sum(dim=1)
    torch.testing.assert_close(pattern.dots(left, right), dots, rtol=1e-4, atol=1e-5)
