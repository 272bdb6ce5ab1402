"""One request to an OpenAI-compatible endpoint, and all that can go wrong with it."""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kgrec.errors import ConfigError, MissingExtraError
from kgrec.text.writers.base import Failure, Prompt, Reply
from kgrec.text.writers.limits import Pace
from kgrec.text.writers.sizes import prompt_tokens

_LONGEST_PAUSE = 600.0  # seconds; an endpoint that wants more is given up
_LONGEST_BACKOFF = 60.0
_NO_KEY = "none"  # the client insists on one; endpoints that need none do not look at it
_MOST_TOKENS = 10**9  # no question or answer has more
_TRANSIENT = frozenset((408, 409, 429))  # and all from 500 on


@dataclass(frozen=True)
class Lost(Failure):
    """A request that has no answer, but may have been charged for."""


@dataclass(frozen=True, repr=False)
class Endpoint:
    """Where requests go, and how patiently.

    :ivar base_url: up to the version: ``http://localhost:8080/v1``
    :ivar model: as the endpoint names it
    :ivar key: ``None``: none is sent
    :ivar key_variable: the environment variable that the key is from, for errors
    :ivar sampling: parameters of every request
    :ivar timeout: seconds for a request, from its start to the last byte
    :ivar tries: requests for one question, at least 1
    :ivar backoff: seconds before the second try, about; doubled before each further one
    """

    base_url: str
    model: str
    key: str | None
    key_variable: str
    sampling: Mapping[str, Any]
    timeout: float
    tries: int
    backoff: float

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r}, {self.model!r})"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Any]:
        """A client of the ``openai`` package, closed with the block; it follows no redirect."""
        openai = import_openai()
        transport = openai.DefaultAsyncHttpxClient(follow_redirects=False, timeout=self.timeout)
        async with openai.AsyncOpenAI(
            base_url=self.base_url,
            api_key=self.key or _NO_KEY,
            max_retries=0,
            timeout=self.timeout,
            http_client=transport,
        ) as client:
            yield client

    async def ask(self, client: Any, prompt: Prompt, pace: Pace) -> tuple[Reply | Failure, int]:
        """Ask one question, again after faults that pass.

        :return: what came of it, and how many requests were lost, but may have been charged for
        :raises ConfigError: if the endpoint refuses the key, or has no such model
        """
        failure, lost = Failure("not asked"), 0
        for attempt in range(self.tries):
            await pace.wait(prompt_tokens(prompt) + prompt.max_tokens)
            try:
                async with asyncio.timeout(self.timeout):
                    completion = await client.chat.completions.create(**self._request(prompt))
                return _reply(completion, prompt), lost
            except Exception as error:
                failure, wait = self._understand(error)
            lost += isinstance(failure, Lost)
            if wait is None or attempt + 1 == self.tries:
                break
            if wait > 0:
                pace.pause(wait)
            else:
                delay = min(self.backoff * 2.0**attempt, _LONGEST_BACKOFF)
                await asyncio.sleep(delay * random.uniform(0.5, 1.0))
        return failure, lost

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        messages = [{"role": each.role, "content": each.content} for each in prompt.messages]
        # The vendor's newest models refuse the name that all others understand.
        own = (urlsplit(self.base_url).hostname or "").endswith("openai.com")
        length = "max_completion_tokens" if own else "max_tokens"
        request = {"model": self.model, "messages": messages, length: prompt.max_tokens}
        if prompt.schema is not None:
            schema = {"name": "answer", "schema": prompt.schema, "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        return {**request, **self.sampling}

    def _understand(self, error: Exception) -> tuple[Failure, float | None]:
        """What a fault means, and how long to wait: ``None``: no use; 0: as is usual.

        :raises ConfigError: if it would be the same for every question
        """
        openai = import_openai()
        if isinstance(error, (TimeoutError, openai.APITimeoutError)):
            return Lost(f"timed out after {self.timeout:g} s"), 0.0
        if isinstance(error, openai.APIStatusError):
            return self._understand_status(error)
        if isinstance(error, openai.APIResponseValidationError):
            return Lost("the endpoint's answer is not a completion"), None
        if isinstance(error, openai.APIConnectionError):
            if type(error.__cause__).__name__ == "ConnectError":
                return Failure("the endpoint cannot be reached"), 0.0
            return Lost("the connection was lost"), 0.0
        if isinstance(error, (ValueError, TypeError, AttributeError, LookupError, RecursionError)):
            return Lost("the endpoint's answer is not a completion"), None
        raise error

    def _understand_status(self, error: Any) -> tuple[Failure, float | None]:
        status = int(error.status_code)
        failure = Failure(f"status {status}")
        if status in (401, 403):
            what = "refuses the key" if self.key else "wants a key"
            raise ConfigError(
                f"{self.base_url} {what} (status {status}): put a valid one into the environment "
                f"variable {self.key_variable}."
            ) from None
        if status == 404:
            raise ConfigError(
                f"{self.base_url} has no model '{self.model}', or answers under another path "
                "(status 404): set the right base_url and model."
            ) from None
        if status == 402 or getattr(error, "code", None) == "insufficient_quota":
            raise ConfigError(
                f"{self.base_url} answers nothing more, as the account is empty (status {status}): "
                "fill it, or take another endpoint."
            ) from None
        if status not in _TRANSIENT and status < 500:
            return failure, None
        wait = retry_after(error.response.headers) if status in (429, 503) else 0.0
        return failure, wait if wait <= _LONGEST_PAUSE else None


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that an endpoint asks to wait, given as a number or a date; 0: it does not say."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError, OSError):
            return 0.0
    return max(seconds, 0.0) if seconds == seconds else 0.0  # not a number is no time


def import_openai() -> Any:
    """The package ``openai``.

    :raises MissingExtraError: if it is not installed
    """
    try:
        import openai
    except ImportError as error:
        raise MissingExtraError("openai", "llm") from error
    return openai


def _reply(completion: Any, prompt: Prompt) -> Reply | Failure:
    """What an endpoint says; nothing of its form is taken for granted.

    :raises AttributeError: or a kindred error, if it is something else
    """
    choice = completion.choices[0]
    text = choice.message.content if choice.message.content is not None else ""
    if not isinstance(text, str):
        raise TypeError("an answer is a text")
    finish = choice.finish_reason
    if finish not in ("stop", "length", None):
        return Failure(f"the endpoint ended it ({str(finish)[:40]})")
    usage = getattr(completion, "usage", None)
    asked = _count(getattr(usage, "prompt_tokens", None), prompt_tokens(prompt))
    answered = _count(getattr(usage, "completion_tokens", None), prompt.max_tokens)
    return Reply(text, "length" if finish == "length" else "stop", asked, answered)


def _count(value: object, otherwise: int) -> int:
    """Tokens as an endpoint counts them, where that can be; it is paid for and kept."""
    return value if isinstance(value, int) and 0 <= value <= _MOST_TOKENS else otherwise
