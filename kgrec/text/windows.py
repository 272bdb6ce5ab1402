"""Long texts in pieces that an encoder can read, and one vector from the vectors of the pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kgrec.text.encoder import Vectors

CHARACTERS_A_TOKEN = 16
"""What is beyond so many characters for each token that is read, is cut before it is tokenized."""

_MOST_TEXTS = 4_096  # tokenized at once: long enough for batches of like length
_MOST_CHARACTERS = 2**22  # the same: bounds memory where texts are long


@dataclass(frozen=True, eq=False)
class Windows:
    """Texts cut into windows of at most so many tokens.

    :ivar tokens: of each window, the special ones at both ends among them
    :ivar owners: the text of each window, sorted, int64, shape ``(w,)``
    """

    tokens: list[list[int]]
    owners: npt.NDArray[np.int64]

    @staticmethod
    def of(texts: Sequence[str], tokenizer: Any, size: int, most: int) -> Windows:
        """Tokenize.

        :param tokenizer: of ``transformers``
        :param size: tokens of a window, the special ones among them
        :param most: windows of a text; what comes after them is cut
        """
        cut = [text[: CHARACTERS_A_TOKEN * size * most] for text in texts]
        # Tokenizers in Python itself cannot say whose window is whose: they cut.
        split = most > 1 and bool(getattr(tokenizer, "is_fast", False))
        found = tokenizer(cut, truncation=True, max_length=size, return_overflowing_tokens=split)
        tokens: list[list[int]] = found["input_ids"]
        if not split:
            return Windows(tokens, np.arange(len(texts)))
        owners = np.array(found["overflow_to_sample_mapping"], dtype=np.int64)
        place = np.arange(len(owners)) - np.searchsorted(owners, owners)
        kept = np.flatnonzero(place < most)
        return Windows([tokens[at] for at in kept], owners[kept])

    def pooled(self, vectors: Vectors, num_texts: int) -> Vectors:
        """The mean of the vectors of a text's windows, weighed by their tokens, of length 1.

        A text of one window has the vector of the window, to the last bit.

        :param vectors: of the windows, of length 1, shape ``(w, d)``
        :return: shape ``(num_texts, d)``
        """
        starts = np.searchsorted(self.owners, np.arange(num_texts))
        single = np.bincount(self.owners, minlength=num_texts) == 1
        if single.all():
            return vectors
        weights = np.array([len(each) for each in self.tokens], dtype=np.float32)
        sums = np.add.reduceat(vectors * weights[:, None], starts)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        means = sums / np.maximum(lengths, 1e-12)
        return np.where(single[:, None], vectors[starts], means).astype(np.float32)


def chunks(lengths: Sequence[int]) -> Iterator[slice]:
    """Split texts into runs that are tokenized at once.

    :param lengths: of the texts, in characters
    """
    start, held = 0, 0
    for place, length in enumerate(lengths):
        if place > start and (place - start == _MOST_TEXTS or held + length > _MOST_CHARACTERS):
            yield slice(start, place)
            start, held = place, 0
        held += length
    if start < len(lengths):
        yield slice(start, len(lengths))
