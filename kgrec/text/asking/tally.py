"""How often what happened when a language model was asked, and what it took."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from kgrec.text.writers.base import Failure, Reply, Unasked


@dataclass
class Tally:
    """Counts of one run.

    :ivar prompts: questions in all
    :ivar accepted: of these, how many have an answer that was accepted
    :ivar cached: of these, how many were known from before, be it that an answer was accepted or
        that all were refused
    :ivar unasked: of these, how many were not asked, as a budget was spent
    :ivar asked: requests to the writer; more than one for a question whose answer was refused
    :ivar refused: answers that were not used, by reason
    :ivar failed: requests without an answer, by reason
    :ivar prompt_tokens: tokens of all requests that were answered
    :ivar tokens: tokens of their answers
    :ivar cost: in the currency of the writer's prices; ``None``: no price is known
    :ivar seconds: wall time
    """

    prompts: int = 0
    accepted: int = 0
    cached: int = 0
    unasked: int = 0
    asked: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    prompt_tokens: int = 0
    tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        """Questions that were asked, and have no answer that was accepted."""
        return self.prompts - self.accepted - self.unasked

    def count(self, reply: Reply | Failure) -> None:
        """Note what came of one request."""
        if isinstance(reply, Unasked):
            return
        self.asked += 1
        if isinstance(reply, Failure):
            self.failed[reply.reason] += 1
            return
        self.prompt_tokens += reply.prompt_tokens
        self.tokens += reply.tokens
        if reply.cost is not None:
            self.cost = (self.cost or 0.0) + reply.cost

    def __add__(self, other: Tally) -> Tally:
        costs = [each.cost for each in (self, other) if each.cost is not None]
        return Tally(
            prompts=self.prompts + other.prompts,
            accepted=self.accepted + other.accepted,
            cached=self.cached + other.cached,
            unasked=self.unasked + other.unasked,
            asked=self.asked + other.asked,
            refused=self.refused + other.refused,
            failed=self.failed + other.failed,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            tokens=self.tokens + other.tokens,
            cost=sum(costs) if costs else None,
            seconds=self.seconds + other.seconds,
        )

    def __str__(self) -> str:
        parts = [
            f"{self.prompts:,} questions",
            f"{self.accepted:,} accepted",
            f"{self.cached:,} known from before",
            f"{self.asked:,} asked",
            *_listed(self.refused, "refused"),
            *_listed(self.failed, "failed"),
            *([f"{self.unasked:,} not asked"] if self.unasked else []),
            self.spent(),
        ]
        return "; ".join(parts)

    def spent(self) -> str:
        """Tokens and cost in words: ``12,345 tokens, cost 0.42``."""
        words = f"{self.prompt_tokens + self.tokens:,} tokens"
        return words if self.cost is None else f"{words}, cost {self.cost:.4g}"


class Meter:
    """The words beside the bar of a run: tokens, cost, and the time left.

    :param done: questions that are settled when it starts
    :param total: questions in all
    """

    def __init__(self, done: int, total: int) -> None:
        self._first, self._total = done, total
        self._started = time.monotonic()

    def note(self, tally: Tally, done: int) -> str:
        """Say how far it has come.

        :param done: questions that are settled by now
        """
        if done <= self._first:
            return tally.spent()
        pace = (time.monotonic() - self._started) / (done - self._first)
        return f"{tally.spent()}, {_duration(pace * (self._total - done))} left"


def too_many(lost: int, settled: int, most: float, tally: Tally) -> str:
    """What is said when a run ends since too many questions have no answer."""
    reasons = tally.failed + tally.refused
    reason, count = reasons.most_common(1)[0] if reasons else ("no answer", lost)
    advice = (
        "see that the model can be reached"
        if tally.failed.total() > tally.refused.total()
        else "take a stronger model, or ask for less"
    )
    return (
        f"{lost:,} of {settled:,} questions to the language model have no answer that can be used, "
        f"more than the share {most:g} that may (most_failures); most often ({count:,} times): "
        f"{reason}. What was accepted is kept: {advice}, and run it again."
    )


def _listed(counts: Counter[str], what: str) -> list[str]:
    if not counts:
        return []
    reasons = ", ".join(f"{count:,} x {reason}" for reason, count in counts.most_common(5))
    return [f"{counts.total():,} {what} ({reasons})"]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
