"""Dots with whiskers: differences with their intervals, and where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from kgrec.drawing.svg import canvas, draw, render, shorten
from kgrec.evaluation import Interval
from kgrec.report.curve import ticks

_WIDTH = 360.0  # of a phone, so that letters stay readable there
_LEFT, _RIGHT, _TOP, _BOTTOM = 122.0, 14.0, 8.0, 26.0
_ROW = 26.0
_FONT = 11.5
_TICKS = 4


@dataclass(frozen=True)
class Whisker:
    """One row.

    :ivar name: what it is about
    :ivar interval: mean and ends
    :ivar certain: whether zero lies outside
    :ivar aside: whether it may leave the picture, so that the others can be told apart
    """

    name: str
    interval: Interval
    certain: bool
    aside: bool = False


def whiskers_svg(title: str, rows: Sequence[Whisker]) -> str:
    """Draw rows from top to bottom around a line at 0.

    :param title: read aloud by a screen reader
    :param rows: at least one; what does not fit ends in an arrow
    """
    root = canvas(_WIDTH, _TOP + _ROW * len(rows) + _BOTTOM, title)
    axis = _Axis(rows)
    axis.draw(root, _TOP + _ROW * len(rows))
    for number, row in enumerate(rows):
        _draw_row(root, axis, row, _TOP + _ROW * (number + 0.5))
    return render(root)


class _Axis:
    def __init__(self, rows: Sequence[Whisker]) -> None:
        shown = [row.interval for row in rows if not row.aside] or [row.interval for row in rows]
        low = min(0.0, *(each.low for each in shown))
        high = max(0.0, *(each.high for each in shown))
        self.ticks = ticks(low, high, _TICKS)

    def x(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    def clipped(self, value: float) -> float:
        return min(max(self.x(value), _LEFT), _WIDTH - _RIGHT)

    def draw(self, root: Element, base: float) -> None:
        for value in self.ticks:
            x = self.x(value)
            style = "kg-axis" if abs(value) < 1e-12 else "kg-grid"
            draw(root, "line", x1=x, x2=x, y1=_TOP, y2=base, class_=style)
            label = {"x": x, "y": base + 16, "class_": "kg-tick", "text_anchor": "middle"}
            draw(root, "text", f"{value:+.2g}".replace("-", "−") if value else "0", **label)


def _draw_row(root: Element, axis: _Axis, row: Whisker, y: float) -> None:
    group = draw(root, "g", class_="kg-told" if row.certain else "kg-untold")
    name = shorten(row.name, _FONT, _LEFT - 14)
    draw(group, "text", name, x=_LEFT - 12, y=y + 4, text_anchor="end")
    low, high = axis.clipped(row.interval.low), axis.clipped(row.interval.high)
    draw(group, "line", x1=low, x2=high, y1=y, y2=y, class_="kg-whisker")
    mean = axis.x(row.interval.mean)
    if _LEFT <= mean <= _WIDTH - _RIGHT:
        draw(group, "circle", cx=mean, cy=y, r=4.5, class_="kg-dot")
        return
    tip, back = (_WIDTH - _RIGHT, -8) if mean > _LEFT else (_LEFT, 8)
    corners = f"{tip:g},{y:g} {tip + back:g},{y - 5:g} {tip + back:g},{y + 5:g}"
    draw(group, "polygon", points=corners, class_="kg-dot")
