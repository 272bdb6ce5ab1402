"""The axes of a picture of a study: round numbers upwards, numbers or choices sideways."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from kgrec.drawing.svg import draw, shorten
from kgrec.report.curve import ticks

_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 14.0, 16.0, 40.0
_INSET = 10.0
_FONT = 11.5
_DECADES = 2.0


@dataclass(frozen=True)
class Axes:
    """A picture with a vertical axis of round numbers.

    :ivar place: of a value on the horizontal axis, from 0 (left) to 1 (right)
    :ivar marks: what is written below the horizontal axis, by its place
    """

    width: float
    height: float
    levels: Sequence[float]
    place: Callable[[Any], float]
    marks: Sequence[tuple[float, str]]
    label: str

    def x(self, value: Any) -> float:
        """Where a value stands on the horizontal axis."""
        return self._at(self.place(value))

    def _at(self, place: float) -> float:
        return _LEFT + _INSET + place * (self.width - _LEFT - _RIGHT - 2 * _INSET)

    def y(self, value: float) -> float:
        """Where a value stands on the vertical axis; what is too low stands at its lower end."""
        low, high = self.levels[0], self.levels[-1]
        return self.base - max(value - low, 0.0) / (high - low) * (self.base - _TOP)

    @property
    def base(self) -> float:
        """The lower end of the vertical axis."""
        return self.height - _BOTTOM

    def draw(self, root: Element) -> None:
        """Draw both axes."""
        right = self.width - _RIGHT
        for level in self.levels:
            y = self.y(level)
            kind = "kg-axis" if level == self.levels[0] else "kg-grid"
            draw(root, "line", x1=_LEFT, x2=right, y1=y, y2=y, class_=kind)
            _write(root, f"{level:.4g}", _LEFT - 8, y + 4, "end")
        room = (right - _LEFT) / max(len(self.marks), 1)
        for place, text in self.marks:
            _write(root, shorten(text, _FONT, room), self._at(place), self.base + 17, "middle")
        _write(root, self.label, right, self.height - 5, "end", "kg-axis-name")


Scale = tuple[Callable[[Any], float], list[tuple[float, str]]]
"""A place between 0 and 1 for each value, and what is written below the axis, by its place."""


def columns(values: Sequence[Any]) -> Scale:
    """A column for each value."""
    places = {value: (n + 0.5) / len(values) for n, value in enumerate(values)}
    return places.__getitem__, [(place, value_text(value)) for value, place in places.items()]


def numbers(values: Sequence[float], *, log: bool) -> Scale:
    """From the smallest to the largest, in powers with ``log``."""
    low, high = min(values), max(values)
    scale: Callable[[float], float] = float
    marks = ticks(low, high, 4)
    if log:
        scale = math.log10
        steps = (1,) if scale(high / low) > _DECADES else (1, 2, 5)
        powers = range(math.floor(scale(low)), math.ceil(scale(high)) + 1)
        marks = [step * 10.0**power for power in powers for step in steps]
    start, span = scale(low), (scale(high) - scale(low)) or 1.0

    def place(value: Any) -> float:
        return (scale(float(value)) - start) / span

    inside = [mark for mark in marks if low <= mark <= high]
    return place, [(place(mark), f"{mark:.4g}") for mark in inside]


def value_text(value: Any) -> str:
    """A value of a setting, in a few letters."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _write(
    root: Element, text: str, x: float, y: float, anchor: str, kind: str = "kg-tick"
) -> None:
    draw(root, "text", text, x=x, y=y, class_=kind, text_anchor=anchor)
