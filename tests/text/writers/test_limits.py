from __future__ import annotations

import asyncio
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.text.writers import Message, Prompt
from kgrec.text.writers.limits import Budget, Pace
from kgrec.text.writers.sizes import estimate, prompt_tokens


@settings(max_examples=15)
@given(
    limit=st.floats(0, 10),
    amounts=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 1)), max_size=8),
)
def test_a_budget_holds_whatever_is_asked(limit: float, amounts: list[tuple[float, float]]) -> None:
    budget = Budget(limit)

    async def request(most: float, share: float) -> None:
        if await budget.reserve(most):
            await asyncio.sleep(0)
            budget.release(most, most * share)

    async def run() -> None:
        await asyncio.gather(*(request(most, share) for most, share in amounts))

    asyncio.run(run())
    assert budget.spent <= limit + 1e-9


def test_without_a_limit_all_is_granted() -> None:
    assert asyncio.run(Budget().reserve(1e9))


def test_a_pause_holds_for_all() -> None:
    pace = Pace()
    pace.pause(0.1)
    started = time.monotonic()

    async def run() -> None:
        await asyncio.gather(*(pace.wait(10) for _ in range(5)))

    asyncio.run(run())
    assert time.monotonic() - started >= 0.1


@given(texts=st.lists(st.text(max_size=30), min_size=1, max_size=3))
def test_longer_questions_have_more_tokens(texts: list[str]) -> None:
    prompt = Prompt("a", tuple(Message("user", text) for text in texts), "v1")
    longer = Prompt("a", (*prompt.messages, Message("user", "more")), "v1", {"type": "object"})
    assert 0 < prompt_tokens(prompt) < prompt_tokens(longer)
    both = estimate([prompt, longer], 1e6, 2e6)
    assert both.prompt_tokens == prompt_tokens(prompt) + prompt_tokens(longer)
    assert both.cost == both.prompt_tokens + 2 * both.tokens
