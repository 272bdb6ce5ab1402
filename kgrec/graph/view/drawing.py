"""A neighbourhood as a picture."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from kgrec.drawing.lines import one_line
from kgrec.drawing.style import picture_style
from kgrec.drawing.svg import canvas, draw, render, shorten, text_width
from kgrec.graph.view.dots import FONT, LINE, MARGIN, Dot, place
from kgrec.graph.view.relations import draw_relations

if TYPE_CHECKING:
    from kgrec.graph.view.parts import Neighbourhood, ViewNode

COLOURS = 8
"""So many types have a colour of their own; further ones share grey."""

_LEGEND = 22.0
_LEAST_WIDTH = 420.0
_TOLD = 300


def view_style() -> str:
    """The style sheet of a picture of a graph that stands alone."""
    return picture_style(("view.css", "kgrec.graph.view"))


def draw_neighbourhood(view: Neighbourhood, *, css: str | None = None) -> str:
    """Draw nodes as dots in the colour of their type, with their names below.

    :param css: see :meth:`Neighbourhood.svg <kgrec.graph.view.Neighbourhood.svg>`
    """
    colours = colours_of(view.nodes)
    dots = place(view, colours)
    right = max(max(dot.box[2] for dot in dots) + MARGIN, _LEAST_WIDTH)
    rows = _legend_rows(colours, right - 2 * MARGIN)
    bottom = max(dot.box[3] for dot in dots) + MARGIN
    height = bottom + _LEGEND * (len(rows) + 1) + 6
    title = f"{one_line(view.centre.name)}: {view.caption}"
    root = canvas(right, height, title, css=view_style() if css is None else css)
    draw(root, "rect", width=right, height=height, rx=12, class_="kg-ground")
    draw_relations(root, view.edges, dots)
    for dot in dots:
        _draw_dot(root, dot)
    _draw_legend(root, rows, bottom)
    y = bottom + _LEGEND * len(rows) + 10
    draw(root, "text", view.caption, x=MARGIN, y=y, class_="kg-legend")
    return render(root)


def colours_of(nodes: tuple[ViewNode, ...]) -> dict[str, int]:
    """A number for each type, the most frequent first; the rest share the last."""
    counted = Counter(node.type for node in nodes)
    ordered = sorted(counted, key=lambda name: (-counted[name], name))
    return {name: min(number, COLOURS) for number, name in enumerate(ordered)}


def _draw_dot(root: Element, dot: Dot) -> None:
    node = dot.node
    role = " kg-centre" if node.hop == 0 else ""
    group = draw(root, "g", class_=f"kg-dot-{node.kind} kg-type-{dot.colour}{role}")
    draw(group, "title", text=tooltip(node))
    if node.kind == "item":
        side, left, top = 2 * dot.radius, dot.x - dot.radius, dot.y - dot.radius
        draw(group, "rect", x=left, y=top, width=side, height=side, rx=3)
    else:
        draw(group, "circle", cx=dot.x, cy=dot.y, r=dot.radius)
    for number, line in enumerate(dot.lines):
        y = dot.y + dot.radius + 12 + LINE * number
        draw(group, "text", line, x=dot.x, y=y, class_="kg-label", text_anchor="middle")


def tooltip(node: ViewNode) -> str:
    """Name, type, key, number of facts and the beginning of the description."""
    words = [f"{one_line(node.name)} ({node.type}, {node.key})", f"{node.facts:,} facts"]
    if node.text:
        text = one_line(node.text)
        words.append(text if len(text) <= _TOLD else text[: _TOLD - 1].rstrip() + "…")
    return "\n".join(words)


def _legend_rows(colours: dict[str, int], width: float) -> list[list[tuple[str, int, float]]]:
    """Names of types with their colours and places, in lines."""
    named = [(name, number) for name, number in colours.items() if number < COLOURS]
    if len(named) < len(colours):
        named.append(("other types", COLOURS))
    rows: list[list[tuple[str, int, float]]] = [[]]
    x = 0.0
    for name, number in named:
        words = shorten(one_line(name), FONT, width / 2)
        long = 16 + text_width(words, FONT) + 18
        if rows[-1] and x + long > width:
            rows.append([])
            x = 0.0
        rows[-1].append((words, number, x))
        x += long
    return rows


def _draw_legend(root: Element, rows: list[list[tuple[str, int, float]]], top: float) -> None:
    for number, row in enumerate(rows):
        y = top + _LEGEND * number + 6
        for words, colour, x in row:
            group = draw(root, "g", class_=f"kg-type-{colour}")
            draw(group, "circle", cx=MARGIN + x + 5, cy=y - 4, r=5)
            draw(group, "text", words, x=MARGIN + x + 16, y=y, class_="kg-legend")
