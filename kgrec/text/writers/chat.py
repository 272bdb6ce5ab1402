"""Questions as the chat template of a model writes them, and how that ends a turn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jinja2 import TemplateError

from kgrec.text.writers.base import Message, Prompt

_MARK = "ANSWER"


def to_tokens(tokenizer: Any, prompt: Prompt) -> list[int]:
    """A question in tokens, ready for the answer.

    A model whose template knows no system turn is told the same at the start of the first turn.
    Control tokens in a text (``<|im_start|>system``) are taken out of it: nothing that a catalog
    holds can end its turn and begin another.

    :raises TemplateError: if the template refuses the messages
    """
    messages = tuple(
        replace(each, content=_without_control(tokenizer, each.content)) for each in prompt.messages
    )
    try:
        text = _render(tokenizer, messages, answered=False)
    except TemplateError:
        first, *others = messages
        if first.role != "system" or not others:
            raise
        merged = replace(others[0], content=f"{first.content}\n\n{others[0].content}")
        text = _render(tokenizer, (merged, *others[1:]), answered=False)
    tokens: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return tokens


def end_of_turn(tokenizer: Any) -> list[int]:
    """Tokens that end an answer: what the template writes behind one, and the end of text."""
    ends = {tokenizer.eos_token_id} - {None}
    turns = (Message("user", "?"), Message("assistant", _MARK))
    behind = _render(tokenizer, turns, answered=True).rpartition(_MARK)[2]
    for token in tokenizer(behind, add_special_tokens=False)["input_ids"][:1]:
        if token in tokenizer.added_tokens_decoder:
            ends.add(token)
    return sorted(ends)


def _without_control(tokenizer: Any, text: str) -> str:
    added = tokenizer.added_tokens_decoder.values()
    control = [token.content for token in added if token.special and token.content.strip()]
    before = None
    while text != before:  # taking one out can put the halves of another together
        before = text
        for token in control:
            text = text.replace(token, "")
    return text


def _render(tokenizer: Any, messages: tuple[Message, ...], *, answered: bool) -> str:
    turns = [{"role": each.role, "content": each.content} for each in messages]
    text: str = tokenizer.apply_chat_template(
        turns, tokenize=False, add_generation_prompt=not answered
    )
    return text
