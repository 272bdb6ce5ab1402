"""The one function of torch-scatter that RecBole's KGIN calls, on torch itself."""

from __future__ import annotations

import torch


def scatter_mean(src: torch.Tensor, index: torch.Tensor, dim: int, dim_size: int) -> torch.Tensor:
    """Mean of the rows of ``src`` that share an index; 0 for an index without rows.

    :param src: shape ``(n, d)``
    :param index: int64, shape ``(n,)``
    :param dim: only 0
    :param dim_size: rows of the result
    :return: shape ``(dim_size, d)``
    """
    if dim:
        raise NotImplementedError("Only rows are averaged here: pass dim=0.")
    sums = src.new_zeros(dim_size, src.shape[1]).index_add(0, index, src)
    counts = torch.bincount(index, minlength=dim_size).clamp_min(1)
    return sums / counts[:, None]
