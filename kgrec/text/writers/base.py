"""What a language model is asked, and what it has to be able to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True)
class Prompt:
    """One question to a language model.

    :ivar key: of what is asked about, for reports: ``"item:42"``
    :ivar messages: the conversation so far
    :ivar version: of the template that made the messages; another version asks anew
    :ivar schema: JSON schema that the answer follows; ``None``: plain text
    :ivar max_tokens: the answer may have so many, at least 1
    """

    key: str
    messages: tuple[Message, ...]
    version: str
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 160


@dataclass(frozen=True)
class Reply:
    """An answer.

    :ivar text: as it came, not checked
    :ivar finish: ``"stop"``: it ended by itself; ``"length"``: it was cut
    :ivar prompt_tokens: tokens of the question
    :ivar tokens: tokens of the answer
    :ivar cost: in the currency of the writer's prices; ``None``: it costs nothing, or no price is
        known
    """

    text: str
    finish: Literal["stop", "length"]
    prompt_tokens: int
    tokens: int
    cost: float | None = None


@dataclass(frozen=True)
class Failure:
    """There is no answer.

    :ivar reason: in a few words, for reports: ``"timed out after 60 s"``
    """

    reason: str


@dataclass(frozen=True)
class Unasked(Failure):
    """The question was not asked, as a budget is spent; the writer is not to blame."""


@dataclass(frozen=True)
class Estimate:
    """What some questions will take, before any is asked.

    :ivar prompt_tokens: tokens of all questions, about
    :ivar tokens: tokens of all answers, at most
    :ivar cost: in the currency of the prices that were given; ``None``: it costs nothing, or no
        price is known
    """

    prompt_tokens: int
    tokens: int
    cost: float | None = None


class Writer(Protocol):
    """A language model: weights in a folder or a file, or an endpoint."""

    @property
    def identity(self) -> str:
        """Changes with weights or endpoint and model, and with all parameters of sampling."""

    def estimate(self, prompts: Sequence[Prompt]) -> Estimate:
        """What asking would take; nothing is asked."""

    def write(self, prompts: Sequence[Prompt]) -> Iterator[tuple[int, Reply | Failure]]:
        """Ask; answers come as they are ready, in any order, each with the place of its prompt.

        One question that fails does not keep the others from being answered.

        :raises ConfigError: if nothing can be asked at all: a missing file, a key that is refused
        """
        ...
