"""How much is put up with before an answer, or a run, is given up."""

from __future__ import annotations

from dataclasses import dataclass

from kgrec.errors import ConfigError


@dataclass(frozen=True)
class Patience:
    """How long a language model is asked.

    :ivar retries: how often a question is asked once more after a refusal, at least 0
    :ivar most_failures: share of the questions that may stay without an answer, from 0 to 1
    :ivar again: whether to ask again from the start where all answers were refused in earlier runs
    :raises ConfigError: if a number is out of range
    """

    retries: int = 1
    most_failures: float = 0.5
    again: bool = False

    def __post_init__(self) -> None:
        if self.retries < 0 or not 0 <= self.most_failures <= 1:
            raise ConfigError(
                f"retries is {self.retries} and most_failures is {self.most_failures}: the first "
                "must be at least 0, the second from 0 to 1."
            )
