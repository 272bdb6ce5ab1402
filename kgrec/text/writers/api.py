"""A language model behind an OpenAI-compatible endpoint."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from kgrec.errors import ConfigError
from kgrec.text.writers.background import in_background
from kgrec.text.writers.base import Estimate, Failure, Prompt, Reply, Unasked
from kgrec.text.writers.endpoint import Endpoint, import_openai
from kgrec.text.writers.limits import Budget, Pace
from kgrec.text.writers.sizes import cost, estimate

OPENAI = "https://api.openai.com/v1"
_Emit = Callable[[tuple[int, Reply | Failure]], None]


class ApiWriter:
    """Asks an endpoint that speaks OpenAI's protocol, several questions at a time.

    A request that times out, loses its connection or is turned away for the moment (408, 409, 429,
    500 and above) is made again, after the time that ``Retry-After`` asks for, or after one that
    doubles, with jitter. What fails for good is a failure of that question alone. Redirects are not
    followed. A question with a schema is sent with it as ``response_format``.

    The key comes from the environment and goes into the header of requests, nowhere else.

    :param base_url: up to the version: ``http://localhost:8080/v1``
    :param model: as the endpoint names it
    :param key_variable: the environment variable with the key; an endpoint may do without
    :param temperature: of sampling; 0: always the likeliest token; ``None``: left to the endpoint
    :param top_p: sample from the likeliest tokens of this mass; ``None``: left to the endpoint
    :param seed: for sampling, where the endpoint heeds it
    :param concurrency: requests under way at a time, at least 1
    :param requests_per_minute: ``None``: no limit
    :param tokens_per_minute: of questions and the longest answers they may have
    :param timeout: seconds for a request
    :param tries: requests for one question, at least 1
    :param backoff: seconds before the second try, about
    :param price_in: of a million tokens of questions
    :param price_out: of a million tokens of answers
    :param budget: the most that this writer may spend, in the currency of the prices; where there
        are none, in tokens. What then remains is :class:`~kgrec.text.writers.base.Unasked`.
        Requests that were lost and made again, and questions longer than estimated, may pass it.
    :raises ConfigError: if the address is none, or a number is out of range
    :raises MissingExtraError: if the package ``openai`` is not installed
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key_variable: str = "OPENAI_API_KEY",
        temperature: float | None = 0.0,
        top_p: float | None = None,
        seed: int | None = None,
        concurrency: int = 8,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        timeout: float = 60.0,
        tries: int = 5,
        backoff: float = 1.0,
        price_in: float | None = None,
        price_out: float | None = None,
        budget: float | None = None,
    ) -> None:
        import_openai()
        _check_url(base_url)
        limits = {"requests_per_minute": requests_per_minute, "timeout": timeout, "tries": tries}
        limits |= {"tokens_per_minute": tokens_per_minute, "concurrency": concurrency}
        for name, value in limits.items():
            if value is not None and not value > 0:
                raise ConfigError(f"writer.{name} is {value}; it must be above 0.")
        sampling = {"temperature": temperature, "top_p": top_p, "seed": seed}
        self._endpoint = Endpoint(
            base_url.rstrip("/"),
            model,
            os.environ.get(key_variable) or None,
            key_variable,
            {name: value for name, value in sampling.items() if value is not None},
            timeout,
            tries,
            backoff,
        )
        self._concurrency = concurrency
        self._pace = Pace(requests_per_minute, tokens_per_minute)
        self._prices = (price_in, price_out)
        self._budget = Budget(budget)

    def __repr__(self) -> str:
        return f"ApiWriter({self._endpoint.base_url!r}, {self._endpoint.model!r})"

    @property
    def identity(self) -> str:
        """Endpoint, model and parameters of sampling."""
        sampling = json.dumps(self._endpoint.sampling, sort_keys=True)
        return f"api {self._endpoint.base_url} {self._endpoint.model} {sampling}"

    @property
    def spent(self) -> float:
        """So far, in the unit of the budget; requests whose answer was lost count as charged."""
        return self._budget.spent

    def estimate(self, prompts: Sequence[Prompt]) -> Estimate:
        """Tokens by a rule of thumb (4 bytes each), answers of full length, and their price."""
        return estimate(prompts, *self._prices)

    def write(self, prompts: Sequence[Prompt]) -> Iterator[tuple[int, Reply | Failure]]:
        """Ask; see :class:`~kgrec.text.writers.base.Writer`.

        :raises ConfigError: if the endpoint refuses the key (401, 403), has no such model (404), or
            the account is empty
        """

        async def work(emit: _Emit) -> None:
            await self._ask_all(prompts, emit)

        yield from in_background(work)

    async def _ask_all(self, prompts: Sequence[Prompt], emit: _Emit) -> None:
        waiting = iter(enumerate(prompts))
        async with self._endpoint.connect() as client:

            async def work() -> None:
                for place, prompt in waiting:
                    emit((place, await self._ask(client, prompt)))

            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(self._concurrency, len(prompts))):
                        group.create_task(work())
            except BaseExceptionGroup as errors:
                raise errors.exceptions[0] from None

    async def _ask(self, client: Any, prompt: Prompt) -> Reply | Failure:
        most = self._charge(estimate([prompt]))
        if not await self._budget.reserve(most):
            return Unasked(f"the budget of {self._budget.limit:g} is spent")
        spent = 0.0
        try:
            reply, lost = await self._endpoint.ask(client, prompt, self._pace)
            spent = lost * most
            if isinstance(reply, Reply):
                priced = cost(reply.prompt_tokens, reply.tokens, *self._prices)
                reply = replace(reply, cost=priced)
                spent += self._charge(Estimate(reply.prompt_tokens, reply.tokens))
        finally:
            self._budget.release(most, spent)
        return reply

    def _charge(self, size: Estimate) -> float:
        """An amount in the unit of the budget."""
        price = cost(size.prompt_tokens, size.tokens, *self._prices)
        return price if price is not None else float(size.prompt_tokens + size.tokens)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ConfigError("writer.base_url is no address; write https://HOST/v1.") from None
    if not fine:
        raise ConfigError(f"writer.base_url is '{url}'; write https://HOST/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(
            "writer.base_url holds more than an address; a key belongs into the environment, in "
            "the variable that writer.key_variable names."
        )
