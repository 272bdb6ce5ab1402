"""A question to a language model on its way to an answer that is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Generic

from kgrec.text.asking.answers import CUT, EMPTY, Answer, Judge, RefusedError, Value
from kgrec.text.asking.replies import Attempt
from kgrec.text.writers.base import Message, Prompt


@dataclass
class Question(Generic[Value]):
    """What was answered so far, and what is asked next.

    :ivar key: under which an answer is cached
    :ivar prompt: as it was put
    :ivar refusals: what was answered and not used, oldest first
    :ivar answer: once it is settled
    :ivar accepted: what the answer was made of
    :ivar unasked: whether it was not asked, as a budget is spent
    """

    key: bytes
    prompt: Prompt
    refusals: list[Attempt] = field(default_factory=list)
    answer: Answer[Value] | None = None
    accepted: Attempt | None = None
    unasked: bool = False

    def next_prompt(self) -> Prompt:
        """The question, with why the last answer cannot be used."""
        if not self.refusals:
            return self.prompt
        *before, last = self.prompt.messages
        refusal = self.refusals[-1]
        demand = f"That answer cannot be used: {refusal.reason}. Answer again, without this fault."
        if refusal.text and refusal.text.strip():
            turns = [last, Message("assistant", refusal.text), Message("user", demand)]
        else:  # many templates take no empty turn, and no two turns of one speaker
            turns = [replace(last, content=f"{last.content}\n\nDo not leave the answer empty.")]
        return replace(self.prompt, messages=(*before, *turns))

    def hear(self, attempt: Attempt, judge: Judge[Value]) -> Value:
        """Make of an answer what is kept.

        :raises RefusedError: if it may not be used; the reason is noted
        """
        try:
            if not attempt.text or not attempt.text.strip():
                raise RefusedError(EMPTY)
            if attempt.finish == "length":
                raise RefusedError(CUT, f"{self.prompt.max_tokens} tokens")
            value = _judged(judge, self.prompt, attempt.text)
        except RefusedError as error:
            self.refusals.append(replace(attempt, reason=str(error)))
            raise
        self.accepted = attempt
        return value

    def settle(self, value: Value | None, *, cached: bool = False) -> None:
        """End the question, with an answer or without."""
        self.answer = Answer(value, tuple(each.reason for each in self.refusals), cached)


def _judged(judge: Judge[Value], prompt: Prompt, text: str) -> Value:
    try:
        return judge(prompt, text)
    except (ValueError, RecursionError) as error:  # what parsers raise on what they cannot read
        first = next(iter(str(error).splitlines()), "")
        raise RefusedError("not readable", first[:200]) from error


def chunks(questions: Sequence[Question[Value]], size: int) -> Sequence[Sequence[Question[Value]]]:
    """Cut a list into parts of ``size``."""
    return [questions[start : start + size] for start in range(0, len(questions), size)]
