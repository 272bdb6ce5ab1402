"""Long texts in pieces that an encoder can read, and one vector from the vectors of the pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kgrec.errors import ConfigError
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
    def of(texts: Sequence[str], tokenizer: Any, size: int, most: int, prompt: str = "") -> Windows:
        """Tokenize.

        :param tokenizer: of ``transformers``
        :param size: tokens of a window, the special ones and the prompt's among them
        :param most: windows of a text; what comes after them is cut
        :param prompt: each window begins with it
        :raises ConfigError: if the prompt leaves no room for the text
        """
        cut = [prompt + text[: CHARACTERS_A_TOKEN * size * most] for text in texts]
        # Tokenizers in Python itself cannot say whose window is whose: they cut.
        fast = bool(getattr(tokenizer, "is_fast", False))
        if fast and prompt:
            return _prompted(cut, tokenizer, size, most, len(prompt))
        split = fast and most > 1
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


def _prompted(
    texts: Sequence[str], tokenizer: Any, size: int, most: int, prompt_length: int
) -> Windows:
    """Windows of texts that begin with a prompt of so many characters; all windows do then."""
    found = tokenizer(
        texts, return_offsets_mapping=True, return_special_tokens_mask=True, verbose=False
    )
    columns = (found["input_ids"], found["special_tokens_mask"], found["offset_mapping"])
    tokens: list[list[int]] = []
    owners: list[int] = []
    for owner, (ids, special, offsets) in enumerate(zip(*columns, strict=True)):
        own = np.flatnonzero(np.equal(special, 0))
        start, end = (own[0], own[-1] + 1) if len(own) else (len(ids), len(ids))
        # Not the tokens of the prompt alone: a tokenizer may end it in another way than a text.
        rest = next((at for at in range(start, end) if offsets[at][1] > prompt_length), end)
        step = size - rest - (len(ids) - end)
        if step < 1:
            raise ConfigError(
                f"The prompt has {rest - start} tokens, and the encoder reads {size}, so that no "
                "room is left for a text: set text.prompt to a shorter one."
            )
        for at in range(rest, max(end, rest + 1), step)[:most]:
            tokens.append([*ids[:rest], *ids[at : min(at + step, end)], *ids[end:]])
            owners.append(owner)
    return Windows(tokens, np.array(owners, dtype=np.int64))


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
