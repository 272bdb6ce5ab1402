"""A degree distribution as a small plot on two logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from kgrec.drawing.style import picture_style
from kgrec.drawing.svg import canvas, draw, render

_WIDTH, _HEIGHT = 228.0, 180.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 12.0, 30.0, 34.0


def degrees_svg(name: str, counts: Sequence[tuple[int, int]]) -> str:
    """Draw the share of nodes that have at least so many.

    On two logarithmic axes the cumulative distribution of a power law is a straight line, and needs
    no bins (Newman 2005). Nodes that have none are told in words.

    :param name: what is counted: ``"facts of an item"``
    :param counts: pairs of a degree and how many nodes have it, by degree
    """
    root = canvas(_WIDTH, _HEIGHT, f"Distribution: {name}", css=picture_style())
    draw(root, "rect", width=_WIDTH, height=_HEIGHT, rx=8, class_="kg-ground")
    draw(root, "text", name, x=12, y=19, class_="kg-name")
    whole = sum(nodes for _, nodes in counts)
    some = [(degree, nodes) for degree, nodes in counts if degree > 0]
    none = whole - sum(nodes for _, nodes in some)
    if some:
        _curve(root, _at_least(some, whole))
    words = f"{none:,} of {whole:,} have none"
    draw(root, "text", words, x=_LEFT, y=_HEIGHT - 6, class_="kg-tick")
    return render(root)


def _at_least(counts: Sequence[tuple[int, int]], whole: int) -> list[tuple[int, float]]:
    left, points = sum(nodes for _, nodes in counts), []
    for degree, nodes in counts:
        points.append((degree, left / whole))
        left -= nodes
    return points


def _curve(root: Element, points: list[tuple[int, float]]) -> None:
    right = max(1, math.ceil(math.log10(points[-1][0])))
    low = min(-1, math.floor(math.log10(points[-1][1])))

    def x(degree: float) -> float:
        return _LEFT + math.log10(degree) / right * (_WIDTH - _LEFT - _RIGHT)

    def y(share: float) -> float:
        return _TOP + math.log10(share) / low * (_HEIGHT - _TOP - _BOTTOM)

    for power in range(0, right + 1, -(-right // 5)):
        at, base = x(10.0**power), y(10.0**low)
        draw(root, "line", x1=at, x2=at, y1=_TOP, y2=base, class_="kg-grid")
        draw(root, "text", _short(power), x=at, y=base + 14, class_="kg-tick", text_anchor="middle")
    for power in range(0, low - 1, -math.ceil(-low / 4)):
        at = y(10.0**power)
        draw(root, "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=at, y2=at, class_="kg-grid")
        words = f"{100 * 10.0**power:g}%"
        draw(root, "text", words, x=_LEFT - 5, y=at + 4, class_="kg-tick", text_anchor="end")
    corners = " ".join(f"{x(degree):.1f},{y(share):.1f}" for degree, share in _thinned(points, x))
    draw(root, "polyline", points=corners, class_="kg-curve")
    for degree, share in (points[0], points[-1]):
        draw(root, "circle", cx=x(degree), cy=y(share), r=2.5, class_="kg-best")


def _thinned(
    points: list[tuple[int, float]], x: Callable[[float], float]
) -> list[tuple[int, float]]:
    """One point a pixel is enough."""
    kept: dict[int, tuple[int, float]] = {}
    for point in points:
        kept.setdefault(round(x(point[0])), point)
    return [*kept.values(), points[-1]]


def _short(power: int) -> str:
    return (
        ("1", "10", "100", "1k", "10k", "100k", "1M", "10M")[power] if power < 8 else f"1e{power}"
    )
