from __future__ import annotations

import pytest
import torch

from kgrec.threads import limited_threads


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_threads_are_limited_inside_and_restored_after(threads: int) -> None:
    before = torch.get_num_threads()
    with limited_threads(threads):
        assert torch.get_num_threads() == (threads or before)
    assert torch.get_num_threads() == before


def test_threads_are_restored_after_an_error() -> None:
    before = torch.get_num_threads()
    with pytest.raises(RuntimeError, match="inside"), limited_threads(2):
        raise RuntimeError("inside")
    assert torch.get_num_threads() == before
