"""The curve over alpha: a metric with whiskers from no language to language alone."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from kgrec.drawing.svg import canvas, draw, render
from kgrec.evaluation import Interval
from kgrec.report.curve import ticks

_WIDTH, _HEIGHT = 340.0, 220.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 18.0, 26.0, 40.0
_BASE = _HEIGHT - _BOTTOM


def alpha_svg(name: str, points: Mapping[float, Interval], learned: Interval) -> str:
    """Draw one curve.

    :param name: what is measured
    :param points: mean and interval by alpha (0–1), rising; at least one
    :param learned: the same where alpha is learned: a dashed line
    """
    root = canvas(_WIDTH, _HEIGHT, f"{name} by alpha")
    draw(root, "text", name, x=_LEFT, y=_TOP - 12, class_="kg-tick")
    every = [*points.values(), learned]
    levels = ticks(min(each.low for each in every), max(each.high for each in every))
    _axes(root, points, levels)
    height = _y(learned.mean, levels)
    draw(root, "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=height, y2=height, class_="kg-guide")
    corners = [(_x(alpha), _y(at.mean, levels)) for alpha, at in points.items()]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    draw(root, "polyline", points=path, class_="kg-curve")
    for (x, y), at in zip(corners, points.values(), strict=True):
        low, high = _y(at.low, levels), _y(at.high, levels)
        draw(root, "line", x1=x, x2=x, y1=low, y2=high, class_="kg-whisker")
        draw(root, "circle", cx=x, cy=y, r=4.5, class_="kg-best")
    return render(root)


def _x(alpha: float) -> float:
    return _LEFT + 8 + alpha * (_WIDTH - _LEFT - _RIGHT - 16)


def _y(value: float, levels: list[float]) -> float:
    return _BASE - (value - levels[0]) / (levels[-1] - levels[0]) * (_BASE - _TOP)


def _axes(root: Element, points: Mapping[float, Interval], levels: list[float]) -> None:
    for value in levels:
        y = _y(value, levels)
        kind = "kg-axis" if value == levels[0] else "kg-grid"
        draw(root, "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_=kind)
        label = {"x": _LEFT - 8, "y": y + 4, "class_": "kg-tick", "text_anchor": "end"}
        draw(root, "text", f"{value:.4g}", **label)
    for alpha in points:
        label = {"x": _x(alpha), "y": _BASE + 17, "class_": "kg-tick", "text_anchor": "middle"}
        draw(root, "text", f"{alpha:g}", **label)
    end = {"x": _WIDTH - _RIGHT, "y": _HEIGHT - 5, "class_": "kg-tick", "text_anchor": "end"}
    draw(root, "text", "alpha", **end)
