"""Nodes with their places and names: where there is room for a name, where a tooltip must do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kgrec.drawing.lines import one_line
from kgrec.drawing.svg import text_width, wrap
from kgrec.graph.view.layout import lay_out

if TYPE_CHECKING:
    from kgrec.graph.view.parts import Neighbourhood, ViewNode

FONT = 11.5
LINE = 14.0
MARGIN = 20.0

_BOLD = 1.08 * FONT
_NAME_WIDTH = 132.0
_BIG, _SMALL = 11.0, 7.0
_ALL_NAMED = 80
"""Up to so many nodes there is room for every name; beyond, for those that collide with nothing."""
_ROOM = 32.0
"""Width and height that a node without a name gets, so that some of the names find a place."""

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Dot:
    """A node with its place.

    :ivar x: of the middle of its dot
    :ivar y: of the middle of its dot
    :ivar radius: of the dot
    :ivar lines: its label, broken
    :ivar colour: number of its type's colour
    """

    node: ViewNode
    x: float
    y: float
    radius: float
    lines: list[str]
    colour: int

    @property
    def box(self) -> Rect:
        """Left, top, right, bottom of dot and label."""
        wide, high = _size(self.radius, self.lines)
        return (
            self.x - wide / 2,
            self.y - self.radius,
            self.x + wide / 2,
            self.y - self.radius + high,
        )


def place(
    view: Neighbourhood, colours: Mapping[str, int], before: Mapping[str, Point] | None = None
) -> list[Dot]:
    """Give every node its place.

    :param colours: a number for each type
    :param before: by key, where nodes of an earlier picture are, so that they stay near that
    """
    spot = {node.key: number for number, node in enumerate(view.nodes)}
    ends = [(spot[edge.head], spot[edge.tail]) for edge in view.edges if edge.head != edge.tail]
    radii = [_BIG if node.hop == 0 else _SMALL for node in view.nodes]
    named = [wrap(one_line(n.name) or "(no name)", _BOLD, _NAME_WIDTH) for n in view.nodes]
    roomy = len(view.nodes) <= _ALL_NAMED
    if roomy:
        sizes = np.array([_size(*each) for each in zip(radii, named, strict=True)])
    else:
        sizes = np.full((len(radii), 2), _ROOM)
    start = _start(view, before) if before else None
    middles = lay_out(len(view.nodes), ends, sizes, start=start)
    centres = middles + MARGIN
    if roomy:
        centres[:, 1] += np.array(radii) - sizes[:, 1] / 2
    dots = [
        Dot(node, float(x), float(y), radius, lines, colours[node.type])
        for node, (x, y), radius, lines in zip(view.nodes, centres, radii, named, strict=True)
    ]
    return dots if roomy else _named_where_free(dots)


def _start(view: Neighbourhood, before: Mapping[str, Point]) -> np.ndarray:
    """New nodes begin beside the neighbour that is there, each in a direction of its own."""
    beside: dict[str, Point] = {}
    for edge in view.edges:
        for one, other in ((edge.head, edge.tail), (edge.tail, edge.head)):
            if one not in before and other in before:
                beside.setdefault(one, before[other])
    middle = before.get(view.centre.key, (0.0, 0.0))
    points = []
    for number, node in enumerate(view.nodes):
        x, y = before.get(node.key) or beside.get(node.key, middle)
        turn = 2.4 * number  # the golden angle spreads them
        moved = 0.0 if node.key in before else 60.0
        points.append((x + moved * np.cos(turn), y + moved * np.sin(turn)))
    return np.array(points)


def _size(radius: float, lines: Sequence[str]) -> tuple[float, float]:
    wide = max([2 * radius, *(text_width(line, _BOLD) for line in lines)])
    return wide, 2 * radius + (4 + LINE * len(lines) if lines else 0)


def _named_where_free(dots: list[Dot]) -> list[Dot]:
    """Names only where they cover nothing: first in the middle, then of what is in most facts."""
    bare = [replace(dot, lines=[]) for dot in dots]
    boxes = np.array([dot.box for dot in bare])
    order = sorted(range(len(dots)), key=lambda n: (dots[n].node.hop > 0, -dots[n].node.facts))
    for number in order:
        left, top, right, bottom = box = dots[number].box
        covers = (
            (boxes[:, 0] < right)
            & (boxes[:, 2] > left)
            & (boxes[:, 1] < bottom)
            & (boxes[:, 3] > top)
        )
        covers[number] = False
        if left >= 0 and not covers.any():
            bare[number] = dots[number]
            boxes[number] = box
    return bare
