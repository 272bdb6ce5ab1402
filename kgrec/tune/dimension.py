"""The values that one setting may take in a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kgrec.errors import ConfigError

Number = int | float
Value = bool | int | float | str | None


@dataclass(frozen=True)
class Dimension:
    """Numbers from ``low`` to ``high``, both included, or one of ``choices``.

    :ivar log: whether to search in powers; then ``low`` is above 0
    :raises ConfigError: if it is neither of the two, or no value is left
    """

    low: Number | None = None
    high: Number | None = None
    log: bool = False
    choices: tuple[Value, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.choices, list):
            object.__setattr__(self, "choices", tuple(self.choices))
        problem = _problem_of_choices(self) if self.choices else _problem_of_interval(self)
        if problem:
            raise ConfigError(f"{problem}.")

    def __contains__(self, value: object) -> bool:
        if self.choices:
            return value in self.choices
        low, high = self.bounds
        return _is_number(value) and low <= value <= high  # type: ignore[operator]

    @property
    def bounds(self) -> tuple[Number, Number]:
        """The two ends of an interval."""
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    @property
    def extremes(self) -> tuple[Value, ...]:
        """What stands for all values: if these are allowed, all are."""
        return self.choices or self.bounds

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; equal for equal dimensions."""
        if self.choices:
            return {"choices": list(self.choices)}
        return {"low": self.low, "high": self.high, "log": self.log}


def _problem_of_choices(values: Dimension) -> str:
    if (values.low, values.high, values.log) != (None, None, False):
        return "with choices there is no low, high or log"
    if not isinstance(values.choices, tuple):
        return "choices is a list"
    if not all(
        value is None or isinstance(value, bool | int | float | str) for value in values.choices
    ):
        return "a choice is a number, a text, true or false"
    return ""


def _problem_of_interval(values: Dimension) -> str:
    low, high = values.low, values.high
    if not (_is_number(low) and _is_number(high)) or not isinstance(values.log, bool):
        return "it needs two numbers low and high, or choices; log is true or false"
    if not values.bounds[0] < values.bounds[1]:
        return f"low ({low}) must be below high ({high})"
    if values.log and values.bounds[0] <= 0:
        return f"with log, low must be above 0, not {low}"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
