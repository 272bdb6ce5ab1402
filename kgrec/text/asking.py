"""Asking a language model many questions, and keeping only answers that are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kgrec.text.writers import Prompt

Value = TypeVar("Value")


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
