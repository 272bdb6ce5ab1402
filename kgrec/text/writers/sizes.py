"""How many tokens a question will have, before any model has seen it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kgrec.text.writers.base import Estimate, Prompt

_BYTES_A_TOKEN = 4  # English prose has 4 to 5; the others are written in more bytes a letter
_TOKENS_A_MESSAGE = 4  # who speaks, and where the turn ends


def prompt_tokens(prompt: Prompt) -> int:
    """Tokens of a question by a rule of thumb: one for 4 bytes of UTF-8, and 4 for each message.

    A schema counts like text, as endpoints add it to the question.
    """
    texts = [message.content for message in prompt.messages]
    if prompt.schema is not None:
        texts.append(json.dumps(prompt.schema))
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return -(-size // _BYTES_A_TOKEN) + _TOKENS_A_MESSAGE * len(prompt.messages)


def cost(
    prompt_tokens: int, tokens: int, price_in: float | None, price_out: float | None
) -> float | None:
    """What tokens cost.

    :param price_in: of a million tokens of questions
    :param price_out: of a million tokens of answers
    :return: in the currency of the prices; ``None`` if neither is known
    """
    if price_in is None and price_out is None:
        return None
    return (prompt_tokens * (price_in or 0.0) + tokens * (price_out or 0.0)) / 1e6


def estimate(
    prompts: Sequence[Prompt], price_in: float | None = None, price_out: float | None = None
) -> Estimate:
    """What some questions will take: about so many tokens, and answers as long as they may be."""
    asked = sum(prompt_tokens(prompt) for prompt in prompts)
    answered = sum(prompt.max_tokens for prompt in prompts)
    return Estimate(asked, answered, cost(asked, answered, price_in, price_out))
