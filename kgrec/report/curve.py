"""A curve over epochs, with axes and its best point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from kgrec.drawing.svg import canvas, draw, render, text_width

_WIDTH, _HEIGHT = 340.0, 210.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 14.0, 24.0, 40.0
_TICKS = 4


def curve_svg(name: str, points: Sequence[tuple[int, float]], *, best: int | None = None) -> str:
    """Draw one curve.

    :param name: what is measured
    :param points: epoch and value; those that are not finite are left out
    :param best: the epoch to mark
    """
    finite = [(epoch, value) for epoch, value in points if math.isfinite(value)]
    root = canvas(_WIDTH, _HEIGHT, f"{name} by epoch")
    if not finite:
        draw(root, "text", "no values", x=_LEFT, y=_TOP, class_="kg-tick")
        return render(root)
    axes = _Axes(finite)
    axes.draw(root)
    corners = " ".join(f"{axes.x(epoch):.1f},{axes.y(value):.1f}" for epoch, value in finite)
    draw(root, "polyline", points=corners, class_="kg-curve")
    marked = dict(finite).get(best) if best is not None else None
    if best is not None and marked is not None:
        _mark(root, axes, best, marked)
    return render(root)


def ticks(low: float, high: float, count: int = _TICKS) -> list[float]:
    """Round numbers (1, 2, 2.5 or 5 times a power of ten) that enclose an interval."""
    if high <= low:
        low, high = low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2
    rough = (high - low) / count
    power = math.pow(10, math.floor(math.log10(rough)))
    step = power * next(nice for nice in (1, 2, 2.5, 5, 10) if nice * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


class _Axes:
    def __init__(self, points: Sequence[tuple[int, float]]) -> None:
        epochs = [epoch for epoch, _ in points]
        values = [value for _, value in points]
        self.first, self.last = min(epochs), max(epochs)
        self.ticks = ticks(min(values), max(values))

    def x(self, epoch: float) -> float:
        span = max(self.last - self.first, 1)
        return _LEFT + 8 + (epoch - self.first) / span * (_WIDTH - _LEFT - _RIGHT - 16)

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    def draw(self, root: Element) -> None:
        for value in self.ticks:
            y = self.y(value)
            draw(root, "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="kg-grid")
            label = {"x": _LEFT - 8, "y": y + 4, "class_": "kg-tick", "text_anchor": "end"}
            draw(root, "text", f"{value:.4g}", **label)
        base = _HEIGHT - _BOTTOM
        draw(root, "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=base, y2=base, class_="kg-axis")
        for epoch in self._epochs():
            label = {"x": self.x(epoch), "y": base + 17, "class_": "kg-tick"}
            draw(root, "text", f"{epoch}", **label, text_anchor="middle")
        end = {"x": _WIDTH - _RIGHT, "y": _HEIGHT - 5, "class_": "kg-tick", "text_anchor": "end"}
        draw(root, "text", "epoch", **end)

    def _epochs(self) -> list[int]:
        inside = {round(tick) for tick in ticks(self.first, self.last, 6)}
        return sorted(epoch for epoch in inside if self.first <= epoch <= self.last)


def _mark(root: Element, axes: _Axes, epoch: int, value: float) -> None:
    x, y = axes.x(epoch), axes.y(value)
    draw(root, "line", x1=x, x2=x, y1=_TOP - 4, y2=_HEIGHT - _BOTTOM, class_="kg-guide")
    draw(root, "circle", cx=x, cy=y, r=5, class_="kg-best")
    words = f"best epoch {epoch}: {value:.4f}"
    half = text_width(words, 11.5) / 2
    middle = min(max(x, _LEFT + half), _WIDTH - _RIGHT - half)
    draw(root, "text", words, x=middle, y=_TOP - 10, class_="kg-value", text_anchor="middle")
