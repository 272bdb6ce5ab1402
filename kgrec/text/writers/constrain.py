"""Answers that follow a JSON schema: at each step only tokens that keep them on its path."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from kgrec.errors import ConfigError, MissingExtraError

_COMPACT = {"whitespace_flexible": False}  # small models can go on with blanks without end


class Grammars:
    """Makes the constraint of a schema; the tokenizer is prepared once, which takes a second.

    :param tokenizer: a fast one
    :param vocabulary: number of logits
    :param ends: tokens that end an answer
    :raises MissingExtraError: if the package ``llguidance`` is not installed
    """

    def __init__(self, tokenizer: Any, vocabulary: int, ends: Sequence[int]) -> None:
        try:
            import llguidance
            import llguidance.hf
        except ImportError as error:
            raise MissingExtraError("llguidance", "llm") from error
        self._matcher = llguidance.LLMatcher
        self._vocabulary, self._ends = vocabulary, ends
        self._tokenizer = llguidance.hf.from_tokenizer(
            tokenizer, n_vocab=vocabulary, eos_token=list(ends)
        )

    def constrain(self, schema: Mapping[str, Any], rows: int) -> SchemaLogits:
        """The constraint of a batch.

        :param rows: answers in it
        :raises ConfigError: if the schema is none, or uses what cannot be enforced
        """
        try:
            grammar = self._matcher.grammar_from_json_schema(json.dumps(schema), overrides=_COMPACT)
            problem = self._matcher.validate_grammar(grammar, self._tokenizer)
        except (ValueError, TypeError) as error:
            problem = str(error)
        if problem and not problem.startswith("WARNING"):
            reason = problem.splitlines()[0][:200]
            raise ConfigError(f"No answer can be held to this JSON schema ({reason}): mend it.")
        matchers = [self._matcher(self._tokenizer, grammar, log_level=0) for _ in range(rows)]
        return SchemaLogits(matchers, self._vocabulary, self._ends)


class SchemaLogits:
    """A ``LogitsProcessor`` of transformers: forbids all tokens that leave the schema.

    The end of an answer is allowed only where the JSON is complete.

    Library: https://github.com/guidance-ai/llguidance

    :param matchers: one for each answer of the batch
    :param vocabulary: number of logits
    :param ends: tokens that end an answer
    """

    def __init__(self, matchers: Sequence[Any], vocabulary: int, ends: Sequence[int]) -> None:
        self._matchers, self._ends = matchers, ends
        self._done = [False] * len(matchers)
        self._started = False
        self._masks = np.zeros((len(matchers), -(-vocabulary // 32)), dtype=np.int32)

    def __call__(self, tokens: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Mask the logits of the next token.

        :param tokens: so far, shape: ``(rows, length)``
        :param scores: shape: ``(rows, vocabulary)``
        """
        if self._started:
            self._follow(tokens[:, -1].tolist())
        self._started = True
        for row, matcher in enumerate(self._matchers):
            if self._done[row]:
                self._masks[row] = -1  # whatever comes is padding
            else:
                mask = self._masks[row]
                matcher.unsafe_compute_mask_ptr(mask.ctypes.data, mask.nbytes)
        bits = np.unpackbits(self._masks.view(np.uint8), axis=1, bitorder="little")
        allowed = torch.from_numpy(bits[:, : scores.shape[1]]).bool()
        return scores.masked_fill(~allowed, -torch.inf)

    def _follow(self, last: Sequence[int]) -> None:
        for row, (matcher, token) in enumerate(zip(self._matchers, last, strict=True)):
            if not self._done[row]:
                matcher.consume_token(token)
                self._done[row] = token in self._ends  # complete JSON still has to end
