"""A language model on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from jinja2 import TemplateError

from kgrec.errors import ConfigError
from kgrec.text.writers.base import Estimate, Failure, Prompt, Reply
from kgrec.text.writers.chat import end_of_turn, to_tokens
from kgrec.text.writers.constrain import Grammars
from kgrec.text.writers.sizes import estimate
from kgrec.text.writers.weights import (
    Weights,
    check_model,
    fingerprint,
    load_weights,
    precision,
)

Asked = tuple[int, Prompt, list[int]]
"""The place of a question, the question, and its tokens."""


class LocalWriter:
    """Writes many answers at a time with ``transformers``, on the processor.

    Questions of like length share a batch, padded on the left. By default the likeliest token is
    taken each time, so that the same question has the same answer, up to rounding among the other
    questions of its batch. An answer with a schema follows it at every token. The model is loaded
    with the first question and not before.

    :param model: a GGUF file, or a folder as ``save_pretrained`` writes it, with a chat template
    :param temperature: of sampling; 0: always the likeliest token
    :param top_p: sample from the likeliest tokens that have this share of the probability
    :param repetition_penalty: logits of tokens that are there already are divided by it
    :param seed: of sampling
    :param batch_size: answers that are written at a time, at least 1
    :raises ConfigError: if there is no such model, or a number is out of range
    """

    def __init__(
        self,
        model: str | Path,
        *,
        temperature: float = 0.0,
        top_p: float = 1.0,
        repetition_penalty: float = 1.0,
        seed: int = 0,
        batch_size: int = 32,
    ) -> None:
        if batch_size < 1 or temperature < 0 or not 0 < top_p <= 1 or repetition_penalty <= 0:
            raise ConfigError(
                f"batch_size {batch_size}, temperature {temperature}, top_p {top_p} and "
                f"repetition_penalty {repetition_penalty} must be at least 1, at least 0, in "
                "(0, 1], and above 0."
            )
        self._model = Path(model)
        check_model(self._model)
        self._sampling: dict[str, float] = {"repetition_penalty": repetition_penalty}
        if temperature > 0:
            self._sampling |= {"temperature": temperature, "top_p": top_p, "seed": seed}
        self._batch_size = batch_size

    def __repr__(self) -> str:
        return f"LocalWriter({self._model.name!r})"

    @cached_property
    def identity(self) -> str:
        """Weights, tokenizer, chat template, precision and parameters of sampling."""
        sampling = json.dumps(self._sampling, sort_keys=True)
        return f"local {fingerprint(self._model)} {precision()} {sampling}"

    @cached_property
    def _weights(self) -> Weights:
        return load_weights(self._model)

    @cached_property
    def _ends(self) -> list[int]:
        try:
            return end_of_turn(self._weights.tokenizer)
        except TemplateError as error:
            raise ConfigError(
                f"The chat template of {self._model} cannot be used ({error}): mend it, or give "
                "another model."
            ) from error

    @cached_property
    def _grammars(self) -> Grammars:
        vocabulary = self._weights.network.get_output_embeddings().weight.shape[0]
        return Grammars(self._weights.tokenizer, vocabulary, self._ends)

    def estimate(self, prompts: Sequence[Prompt]) -> Estimate:
        """Tokens by a rule of thumb (4 bytes each), and answers of full length; it is free."""
        return estimate(prompts)

    def write(self, prompts: Sequence[Prompt]) -> Iterator[tuple[int, Reply | Failure]]:
        """Ask; see :class:`~kgrec.text.writers.base.Writer`.

        :raises ConfigError: if the model cannot be loaded, or a schema cannot be enforced
        :raises MissingExtraError: if ``gguf`` or ``llguidance`` is needed and not installed
        """
        asked: list[Asked] = []
        _ = self._ends  # a model that is no use shall say so before its template refuses questions
        for place, prompt in enumerate(prompts):
            tokens = self._read(prompt)
            if isinstance(tokens, Failure):
                yield place, tokens
            else:
                asked.append((place, prompt, tokens))
        for batch in _batches(asked, self._batch_size):
            yield from self._write_batch(batch)

    def _read(self, prompt: Prompt) -> list[int] | Failure:
        """The tokens of a question."""
        try:
            tokens = to_tokens(self._weights.tokenizer, prompt)
        except TemplateError:
            return Failure("the model's chat template refuses the conversation")
        room = getattr(self._weights.network.config, "max_position_embeddings", None)
        if room is not None and len(tokens) + prompt.max_tokens > room:
            return Failure(f"question and answer are longer than the model's {room} tokens")
        return tokens

    def _write_batch(self, batch: Sequence[Asked]) -> Iterator[tuple[int, Reply]]:
        """Answers to questions with one schema and one greatest length."""
        answers = self._generate([tokens for _, _, tokens in batch], batch[0][1])
        for (place, _, question), answer in zip(batch, answers, strict=True):
            end = next((at for at, token in enumerate(answer) if token in self._ends), None)
            kept = answer if end is None else answer[:end]
            text = self._weights.tokenizer.decode(
                kept, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
            size = len(kept) + (end is not None)
            yield place, Reply(text, "length" if end is None else "stop", len(question), size)

    def _generate(self, questions: list[list[int]], prompt: Prompt) -> list[list[int]]:
        network, tokenizer = self._weights.network, self._weights.tokenizer
        padded = tokenizer.pad({"input_ids": questions}, return_tensors="pt")
        inputs = {name: padded[name] for name in ("input_ids", "attention_mask")}
        options = self._options(prompt)
        if prompt.schema is not None:
            options["logits_processor"] = [self._grammars.constrain(prompt.schema, len(questions))]
        with torch.inference_mode(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(self._sampling.get("seed", 0)))
            written = network.generate(**inputs, **options)
        answers: list[list[int]] = written[:, inputs["input_ids"].shape[1] :].tolist()
        return answers

    def _options(self, prompt: Prompt) -> dict[str, Any]:
        from transformers import GenerationConfig

        sampling: Mapping[str, Any] = {
            name: value for name, value in self._sampling.items() if name != "seed"
        }
        config = GenerationConfig(
            do_sample="temperature" in sampling,
            max_new_tokens=prompt.max_tokens,
            eos_token_id=self._ends,
            pad_token_id=self._weights.tokenizer.pad_token_id,
            **sampling,
        )
        return {"generation_config": config}


def _batches(asked: Sequence[Asked], size: int) -> Iterator[Sequence[Asked]]:
    """Questions with one schema and one greatest length, those of like length side by side."""
    kinds: dict[tuple[str, int], list[Asked]] = {}
    for each in asked:
        kind = (json.dumps(each[1].schema), each[1].max_tokens)
        kinds.setdefault(kind, []).append(each)
    for group in kinds.values():
        group.sort(key=lambda each: len(each[2]))
        for start in range(0, len(group), size):
            yield group[start : start + size]
