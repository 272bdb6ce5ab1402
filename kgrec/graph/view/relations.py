"""Edges of a picture: lines with a tip, and the relation's name where there is room."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from kgrec.drawing.lines import one_line
from kgrec.drawing.svg import draw, shorten, text_width

if TYPE_CHECKING:
    from kgrec.graph.view.dots import Dot
    from kgrec.graph.view.parts import ViewEdge

Rect = tuple[float, float, float, float]

_FONT = 10.0
_HEIGHT = 13.0
_LONGEST = 110.0
_TRIED = (0.5, 0.4, 0.6, 0.32, 0.68)
_WRITTEN = 80
"""In a picture with more edges than this no relation is written; the tooltips tell."""
_TIP = 6.0


def draw_relations(root: Element, edges: Sequence[ViewEdge], dots: Sequence[Dot]) -> None:
    """Draw the edges below everything else.

    Edges between the same two nodes are one line that tells them all.
    """
    by_key = {dot.node.key: dot for dot in dots}
    together: dict[tuple[str, str], list[ViewEdge]] = defaultdict(list)
    for edge in edges:
        if edge.head != edge.tail:
            together[min(edge.head, edge.tail), max(edge.head, edge.tail)].append(edge)
    taken = [dot.box for dot in dots]
    written = len(together) <= _WRITTEN
    labels = []
    for group in together.values():
        ends = by_key[group[0].head], by_key[group[0].tail]
        line = draw(root, "g", class_="kg-edge")
        draw(line, "title", text="\n".join(map(_told, group, [by_key] * len(group))))
        _line(line, *ends, both=len({edge.head for edge in group}) > 1, hovered=written)
        if written:
            labels.append((ends, " / ".join(dict.fromkeys(one_line(e.label) for e in group))))
    for (head, tail), words in labels:
        _write(root, head, tail, words, taken)


def _told(edge: ViewEdge, dots: dict[str, Dot]) -> str:
    head, tail = dots[edge.head].node, dots[edge.tail].node
    return f"{one_line(head.name)} —{one_line(edge.label)}→ {one_line(tail.name)}"


def _line(group: Element, head: Dot, tail: Dot, *, both: bool, hovered: bool) -> None:
    x0, y0 = _leave(head, tail)
    x1, y1 = _leave(tail, head)
    for role in ("kg-wide", "kg-line") if hovered else ("kg-line",):
        draw(group, "line", x1=x0, y1=y0, x2=x1, y2=y1, class_=role)
    _tip(group, x0, y0, x1, y1)
    if both:
        _tip(group, x1, y1, x0, y0)


def _leave(one: Dot, other: Dot) -> tuple[float, float]:
    """Where the line between two dots leaves the first."""
    long = math.hypot(other.x - one.x, other.y - one.y) or 1.0
    reach = one.radius + 2
    return one.x + (other.x - one.x) / long * reach, one.y + (other.y - one.y) / long * reach


def _tip(group: Element, x0: float, y0: float, x1: float, y1: float) -> None:
    angle = math.atan2(y1 - y0, x1 - x0)
    corners = [
        (x1, y1),
        *(
            (x1 - _TIP * math.cos(angle + side), y1 - _TIP * math.sin(angle + side))
            for side in (-0.42, 0.42)
        ),
    ]
    draw(group, "polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in corners), class_="kg-tip")


def _write(root: Element, head: Dot, tail: Dot, words: str, taken: list[Rect]) -> None:
    text = shorten(words, _FONT, _LONGEST)
    wide = text_width(text, _FONT)
    for t in _TRIED:
        x, y = head.x + t * (tail.x - head.x), head.y + t * (tail.y - head.y)
        rect = (x - wide / 2, y - _HEIGHT / 2, x + wide / 2, y + _HEIGHT / 2)
        if not any(_overlap(rect, other) for other in taken):
            taken.append(rect)
            draw(root, "text", text, x=x, y=y + 3.5, class_="kg-relation", text_anchor="middle")
            return


def _overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
