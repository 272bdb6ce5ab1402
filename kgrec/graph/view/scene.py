"""A picture as plain values, for a page that draws it itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from kgrec.drawing.lines import one_line
from kgrec.drawing.svg import printable
from kgrec.graph.view.dots import Dot, Point, place
from kgrec.graph.view.drawing import COLOURS, colours_of
from kgrec.graph.view.parts import Neighbourhood


def scene(view: Neighbourhood, before: Mapping[str, Point] | None = None) -> dict[str, Any]:
    """Nodes with places, edges, types and relations.

    :param before: by key, where nodes of an earlier picture are
    :return: ``nodes`` (``key, name, type, kind, text, facts, x, y, radius, lines, colour``, the
        middle first), ``edges`` (``head, tail, relation, label``), ``types`` (``name, colour``),
        ``relations`` (``name, label, count``), ``width, height`` and ``caption``
    """
    colours = colours_of(view.nodes)
    dots = place(view, colours, before)
    counts = Counter(edge.relation for edge in view.edges)
    labels = {edge.relation: edge.label for edge in view.edges}
    return {
        "nodes": [_node(dot) for dot in dots],
        "edges": [
            {"head": e.head, "tail": e.tail, "relation": e.relation, "label": one_line(e.label)}
            for e in view.edges
        ],
        "types": [{"name": one_line(name), "colour": colour} for name, colour in colours.items()],
        "colours": COLOURS,
        "relations": [
            {"name": name, "label": one_line(labels[name]), "count": count}
            for name, count in counts.most_common()
        ],
        "width": max(dot.box[2] for dot in dots) + 20,
        "height": max(dot.box[3] for dot in dots) + 20,
        "caption": view.caption,
    }


def _node(dot: Dot) -> dict[str, Any]:
    node = dot.node
    return {
        "key": node.key,
        "name": one_line(node.name),
        "type": one_line(node.type),
        "kind": node.kind,
        "text": printable(node.text),
        "facts": node.facts,
        "centre": node.hop == 0,
        "x": round(dot.x, 1),
        "y": round(dot.y, 1),
        "radius": dot.radius,
        "lines": [printable(line) for line in dot.lines],
        "colour": dot.colour,
    }
