"""Which texts are encoded together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

MOST_TOKENS = 512
"""A batch has at most so many tokens with its padding, if it has more than one text.

What a layer computes of so many still fits into a processor's cache; batches of 2,500 tokens were a
third slower on one core.
"""


def batches(
    lengths: Sequence[int], most_texts: int, most_tokens: int = MOST_TOKENS
) -> Iterator[npt.NDArray[np.int64]]:
    """Cut texts into batches of like length, the longest first, so that little is padded.

    :param lengths: tokens of each text
    :param most_texts: in a batch, at least 1
    :param most_tokens: in a batch, padding included; a longer text is a batch of its own
    :return: places of texts, each place once
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable").astype(np.int64)
    start = 0
    while start < len(order):
        longest = max(lengths[order[start]], 1)
        size = min(most_texts, max(most_tokens // longest, 1))
        yield order[start : start + size]
        start += size
