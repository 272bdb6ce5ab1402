from __future__ import annotations

from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.text.folder import Pooling
from kgrec.text.pooling import pool


@pytest.mark.parametrize("how", get_args(Pooling))
@settings(max_examples=10)
@given(seed=st.integers(0, 99), left=st.integers(0, 3), right=st.integers(0, 3))
def test_padding_on_either_side_changes_nothing(
    how: Pooling, seed: int, left: int, right: int
) -> None:
    hidden = torch.randn(1, 4, 5, generator=torch.Generator().manual_seed(seed))
    alone = pool(hidden, torch.ones(1, 4), how)
    padded = torch.nn.functional.pad(hidden, (0, 0, left, right), value=9.0)
    mask = torch.nn.functional.pad(torch.ones(1, 4), (left, right))
    torch.testing.assert_close(pool(padded, mask, how), alone)
    assert float(alone.norm()) == pytest.approx(1, abs=1e-5)


def test_each_way_takes_what_it_says() -> None:
    hidden = torch.tensor([[[0.0, 3.0], [4.0, 0.0], [0.0, -1.0], [7.0, 7.0]]])
    mask = torch.tensor([[1, 1, 1, 0]])
    found = {how: pool(hidden, mask, how)[0].tolist() for how in get_args(Pooling)}
    assert found["cls"] == [0, 1]
    assert found["lasttoken"] == [0, -1]
    assert found["max"] == pytest.approx([0.8, 0.6])
    assert found["mean"] == pytest.approx([4 / 20**0.5, 2 / 20**0.5])
