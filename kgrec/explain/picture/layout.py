"""Where the nodes and edges of explanation paths go: layers from the user to the item.

A node stands in the layer of its place on the path, nodes that paths share stand once, and the
order within the layers is that of few crossings (barycentre heuristic, Sugiyama et al. 1981).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from kgrec.drawing.svg import wrap
from kgrec.explain.picture.shares import percent

if TYPE_CHECKING:
    from kgrec.explain.explanation import Path, PathNode

USER_WIDTH, WIDTH, GAP = 96.0, 176.0, 126.0
ROW_GAP = 20.0
MARGIN = 4.0
FONT = 13.5
BOLD = 1.08 * FONT  # bold letters are wider
PAD = 12.0
_LINE = 17.0
_CAPTION = 38.0
_THIN, _THICK = 1.5, 9.0
_SWEEPS = 4

Stop = tuple[int, str]
"""A layer and the key of a node in it; a path that is short passes layers without a node."""


@dataclass
class Box:
    """A node, or a place where an edge passes a layer (``node`` is ``None``).

    :ivar lines: the name, wrapped
    :ivar share: the part of the score that runs through it
    :ivar walks: how many walks are told as the strongest one that goes through it
    """

    stop: Stop
    node: PathNode | None
    lines: list[str]
    x: float
    width: float
    height: float
    y: float = 0.0
    share: float = 0.0
    walks: int = 1

    @property
    def middle(self) -> float:
        """The vertical centre."""
        return self.y + self.height / 2


@dataclass
class Link:
    """One edge between neighbouring layers.

    :ivar label: how the relation reads; empty where an edge goes on through a layer
    :ivar share: the part of the score that runs along it
    :ivar thickness: for the stroke
    :ivar start: offset of its left end from the middle of its box
    :ivar end: the same for the right end
    """

    left: Box
    right: Box
    label: str
    share: float = 0.0
    thickness: float = _THIN
    start: float = 0.0
    end: float = 0.0

    def point(self, t: float) -> tuple[float, float]:
        """A point of the curve, from 0 (left) to 1 (right)."""
        (x0, y0), (x1, y1) = self.ends
        bend = (x0 + x1) / 2
        s = 1 - t
        x = s**3 * x0 + 3 * s * t * (s + t) * bend + t**3 * x1
        return x, (s**3 + 3 * s * s * t) * y0 + (3 * s * t * t + t**3) * y1

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where the curve begins and where it ends."""
        left, right = self.left, self.right
        return (left.x + left.width, left.middle + self.start), (right.x, right.middle + self.end)


@dataclass
class Layout:
    """Boxes and links with their places; all lengths in pixels at full size."""

    width: float
    height: float
    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


def lay_out(paths: Sequence[Path], whole: float) -> Layout:
    """Place the nodes and edges of paths that begin at one user and end at one item.

    :param paths: at least one
    :param whole: the size of the score; shares in the layout are parts of it
    """
    layers = max(len(path.nodes) for path in paths)
    boxes: dict[Stop, Box] = {}
    links: dict[tuple[Stop, Stop, str], Link] = {}
    for path in paths:
        share = percent(path.share, whole)
        walk = _walk(path, layers)
        for stop, node, _ in walk:
            box = boxes.setdefault(stop, _box(stop, node))
            box.share += share
            box.walks = max(box.walks, path.walks)
        for (left, _, _), (right, _, label) in pairwise(walk):
            link = Link(boxes[left], boxes[right], label)
            links.setdefault((left, right, label), link).share += share
    _order(boxes, links)
    height = _stack(boxes)
    _attach(list(boxes.values()), list(links.values()))
    width = USER_WIDTH + (layers - 1) * (WIDTH + GAP) + 2 * MARGIN
    return Layout(width, height, list(boxes.values()), list(links.values()))


def name_of(node: PathNode) -> str:
    """A name that a person can read: a node without one is called by its type."""
    return node.type if node.label == node.id else node.label


def _walk(path: Path, layers: int) -> list[tuple[Stop, PathNode | None, str]]:
    """The stops of a path, each with the label of the edge that leads to it."""
    labels = ["", *(relation.label for relation in path.relations)]
    last = len(path.nodes) - 1
    stops: list[tuple[Stop, PathNode | None, str]] = [
        ((layer, node.key), node, label)
        for layer, (node, label) in enumerate(zip(path.nodes[:-1], labels, strict=False))
    ]
    before, label = path.nodes[last - 1].key, labels[last]
    for layer in range(last, layers - 1):
        stops.append(((layer, f"{before}\n{labels[last]}"), None, label))
        label = ""
    return [*stops, ((layers - 1, path.nodes[last].key), path.nodes[last], label)]


def _box(stop: Stop, node: PathNode | None) -> Box:
    layer = stop[0]
    width = USER_WIDTH if layer == 0 else WIDTH
    x = MARGIN + (USER_WIDTH + GAP + (layer - 1) * (WIDTH + GAP) if layer else 0.0)
    if node is None:
        return Box(stop, None, [], x, width, _LINE)
    lines = wrap(name_of(node), BOLD, width - 2 * PAD)
    return Box(stop, node, lines, x, width, _CAPTION + _LINE * len(lines))


def _layers(boxes: dict[Stop, Box]) -> list[list[Box]]:
    layers: dict[int, list[Box]] = defaultdict(list)
    for box in boxes.values():
        layers[box.stop[0]].append(box)
    return [layers[number] for number in sorted(layers)]


def _order(boxes: dict[Stop, Box], links: dict[tuple[Stop, Stop, str], Link]) -> None:
    """Sort the boxes so that edges cross little: each goes to the mean place of its neighbours."""
    place = {box.stop: float(n) for layer in _layers(boxes) for n, box in enumerate(layer)}
    neighbours: dict[Stop, list[Stop]] = defaultdict(list)
    for left, right, _ in links:
        neighbours[left].append(right)
        neighbours[right].append(left)
    for _ in range(_SWEEPS):
        for layer in _layers(boxes):
            means = {box.stop: _mean(place, neighbours[box.stop]) for box in layer}
            for number, stop in enumerate(sorted(means, key=lambda s: (means[s], place[s]))):
                place[stop] = number - (len(layer) - 1) / 2
    ordered = sorted(boxes.items(), key=lambda entry: (entry[0][0], place[entry[0]]))
    boxes.clear()
    boxes.update(ordered)


def _mean(place: dict[Stop, float], stops: list[Stop]) -> float:
    return sum(place[stop] for stop in stops) / max(len(stops), 1)


def _stack(boxes: dict[Stop, Box]) -> float:
    """Stack each layer, centred; return the height of the highest."""
    layers = _layers(boxes)
    heights = [sum(box.height + ROW_GAP for box in layer) - ROW_GAP for layer in layers]
    whole = max(heights) + 2 * MARGIN
    for layer, height in zip(layers, heights, strict=True):
        y = (whole - height) / 2
        for box in layer:
            box.y = y
            y += box.height + ROW_GAP
    return whole


def _attach(boxes: list[Box], links: list[Link]) -> None:
    """Give links their thickness, and spread their ends over the sides of the boxes."""
    most = max((abs(link.share) for link in links), default=0.0)
    for link in links:
        link.thickness = _THIN + (_THICK - _THIN) * percent(abs(link.share), most)
    for box in boxes:
        leaving = [link for link in links if link.left is box]
        coming = [link for link in links if link.right is box]
        for link, offset in _spread(leaving, box.height, lambda link: link.right.middle):
            link.start = offset
        for link, offset in _spread(coming, box.height, lambda link: link.left.middle):
            link.end = offset


def _spread(
    links: list[Link], height: float, other_end: Callable[[Link], float]
) -> list[tuple[Link, float]]:
    links = sorted(links, key=other_end)
    total = sum(link.thickness for link in links)
    room = max(height - 2 * PAD - total, 0.0)
    gap = min(8.0, room / max(len(links) - 1, 1))
    at = -(total + gap * (len(links) - 1)) / 2
    placed = []
    for link in links:
        placed.append((link, at + link.thickness / 2))
        at += link.thickness + gap
    return placed
