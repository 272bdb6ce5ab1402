"""Whether a model was read whole.

``transformers`` goes on where files lack something: weights that are missing are drawn at random,
anew at every start, and without its files a tokenizer knows no word. Vectors and texts of such a
model are noise, and nothing would say so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch

from kgrec.errors import ConfigError

_UNUSED = "pooler"  # the head of a training task; kgrec pools by itself


def check_weights(name: str, network: Any, report: Mapping[str, Collection[Any]]) -> None:
    """See that all weights are from the files, and are numbers.

    :param name: of the model, as an error begins: ``"The encoder in models/e5"``
    :param network: after loading
    :param report: what ``from_pretrained(…, output_loading_info=True)`` returned beside it
    :raises ConfigError: if weights are missing, of another shape, infinite or no numbers
    """
    wrong = [str(key) for key in (*report["missing_keys"], *_shapes(report))]
    if missing := sorted(key for key in wrong if _UNUSED not in key.split(".")):
        raise ConfigError(
            f"{name} is not whole: {len(missing):,} of its weights are missing or of another "
            f"shape, {missing[0]} for one. Fetch it again."
        )
    for key, weights in network.named_parameters():
        # What is no number is the least and the greatest of all; ten times as fast as to ask each.
        if not all(map(torch.isfinite, torch.aminmax(weights.detach()))):
            raise ConfigError(
                f"{name} is damaged: its weights {key} are not all numbers. Fetch it again."
            )


def check_tokenizer(name: str, tokenizer: Any) -> None:
    """See that a tokenizer knows more than its signs for beginnings, ends and gaps.

    :param name: as for :func:`check_weights`
    :raises ConfigError: if its files are missing
    """
    if not tokenizer.get_vocab().keys() - {*tokenizer.all_special_tokens}:
        raise ConfigError(
            f"{name} has a tokenizer without any words: its files (tokenizer.json, or a vocabulary "
            "as vocab.txt, vocab.json or *.model) are missing. Fetch it again."
        )


def _shapes(report: Mapping[str, Collection[Any]]) -> list[Any]:
    """Names of weights of another shape; ``transformers`` lists their shapes beside them."""
    return [each[0] if isinstance(each, tuple) else each for each in report["mismatched_keys"]]
