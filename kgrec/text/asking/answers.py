"""What becomes of questions to a language model, one by one and all together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, overload

from kgrec.text.asking.tally import Tally
from kgrec.text.writers.base import Prompt

Value = TypeVar("Value")

EMPTY, CUT = "empty", "longer than it may be"
NO_ANSWER = (EMPTY, CUT)
"""Reasons for which what came is no answer, whatever the judge would say."""


class RefusedError(Exception):
    """An answer that may not be used.

    :param reason: one of a few words or short phrases, which reports count: ``"unknown name"``
    :param detail: what exactly: ``"Tom Hanks"``
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


Judge = Callable[[Prompt, str], Value]
"""Makes of an answer what is kept, or raises :class:`RefusedError`."""


@dataclass(frozen=True)
class Answer(Generic[Value]):
    """What became of one question.

    :ivar value: what the judge made of the answer; ``None``: none was right
    :ivar refusals: why each earlier answer was not used, oldest first
    :ivar cached: whether it was known from before
    """

    value: Value | None
    refusals: tuple[str, ...] = ()
    cached: bool = False


@dataclass(frozen=True)
class Answers(Sequence[Answer[Value]]):
    """What became of some questions, in their order.

    :ivar answers: one for each question
    :ivar tally: how often what happened, and what it took
    """

    answers: tuple[Answer[Value], ...] = ()
    tally: Tally = field(default_factory=Tally)

    def __len__(self) -> int:
        return len(self.answers)

    @overload
    def __getitem__(self, place: int) -> Answer[Value]: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Answer[Value]]: ...

    def __getitem__(self, place: int | slice) -> Answer[Value] | Sequence[Answer[Value]]:
        return self.answers[place]
