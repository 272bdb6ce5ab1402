from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kgrec.text.batches import batches


@given(
    lengths=st.lists(st.integers(0, 40), max_size=60),
    most_texts=st.integers(1, 9),
    most_tokens=st.integers(1, 100),
)
def test_every_text_is_in_one_batch_that_is_not_too_large(
    lengths: list[int], most_texts: int, most_tokens: int
) -> None:
    found = list(batches(lengths, most_texts, most_tokens))
    places = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    assert sorted(places.tolist()) == list(range(len(lengths)))
    longest = [lengths[place] for place in places]
    assert longest == sorted(longest, reverse=True)
    for batch in found:
        assert 1 <= len(batch) <= most_texts
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= most_tokens
