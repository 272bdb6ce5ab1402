"""From the vectors of tokens to the vector of a text."""

from __future__ import annotations

import torch

from kgrec.text.folder import Pooling


def pool(hidden: torch.Tensor, mask: torch.Tensor, how: Pooling) -> torch.Tensor:
    """One unit vector a text, float32.

    :param hidden: vectors of tokens, shape ``(batch, length, size)``
    :param mask: 1 at real tokens, 0 at padding, shape ``(batch, length)``; padding may stand on
        either side
    :param how: ``mean`` and ``max`` go over real tokens; ``cls`` takes the first of them,
        ``lasttoken`` the last
    :return: shape ``(batch, size)``
    """
    hidden, real = hidden.float(), mask.bool()
    texts = torch.arange(len(hidden))
    if how == "mean":
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)
    elif how == "max":
        pooled = hidden.masked_fill(~real.unsqueeze(-1), -torch.inf).amax(dim=1)
    elif how == "cls":
        pooled = hidden[texts, real.int().argmax(dim=1)]
    else:
        from_the_end = real.flip(1).int().argmax(dim=1)
        pooled = hidden[texts, mask.shape[1] - 1 - from_the_end]
    return torch.nn.functional.normalize(pooled, dim=1)
