from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.gnn.linear import neighbours as module
from kgrec.gnn.linear.neighbours import nearest


@settings(max_examples=60, deadline=None)
@given(items=st.integers(1, 12), kept=st.integers(1, 15), seed=st.integers(0, 1000))
def test_keeps_the_largest_of_each_row_without_the_diagonal(
    items: int, kept: int, seed: int
) -> None:
    square = np.random.default_rng(seed).permutation(items * items).reshape(items, items) + 1.0
    matrix = nearest(lambda start, stop: square[start:stop].copy(), items, kept).toarray()
    np.fill_diagonal(square, 0)
    for row, found in zip(square, matrix, strict=True):
        largest = np.sort(row)[::-1][: min(kept, items - 1)]
        assert np.sort(found[found > 0])[::-1].tolist() == largest.tolist()
        assert (found[found > 0] == row[found > 0]).all()


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    square = np.random.default_rng(0).random((11, 11))

    def rows(start: int, stop: int) -> np.ndarray:
        return square[start:stop].copy()

    whole = nearest(rows, 11, 4).toarray()
    monkeypatch.setattr(module, "_MOST_ENTRIES", 30)
    assert (nearest(rows, 11, 4).toarray() == whole).all()
