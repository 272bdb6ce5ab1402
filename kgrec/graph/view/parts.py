"""What a picture of a graph consists of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kgrec.drawing.lines import counted
from kgrec.graph.view.drawing import draw_neighbourhood


@dataclass(frozen=True)
class ViewNode:
    """A node of a picture.

    :ivar key: unique in the graph, ``"item:42"``
    :ivar id: ``"42"``
    :ivar kind: ``user``, ``item`` or ``entity``
    :ivar type: ``"Film"``
    :ivar label: its name; the id where there is none
    :ivar text: its description; may be empty
    :ivar facts: how many facts it is in, drawn or not
    :ivar hop: how far from the node in the middle
    """

    key: str
    id: str
    kind: str
    type: str
    label: str
    text: str
    facts: int
    hop: int

    @property
    def name(self) -> str:
        """The label; for a user without one "user 42"."""
        return f"user {self.id}" if self.kind == "user" and self.label == self.id else self.label


@dataclass(frozen=True)
class ViewEdge:
    """An edge of a picture.

    :ivar head: key of the node where it begins
    :ivar relation: canonical name
    :ivar tail: key of the node where it ends
    :ivar label: how the relation reads from head to tail
    """

    head: str
    relation: str
    tail: str
    label: str


@dataclass(frozen=True)
class Neighbourhood:
    """Nodes around a node, and the edges among them.

    :ivar nodes: the node in the middle, then those that tell most
    :ivar edges: in the order of their nodes
    :ivar left_out: how many more nodes were reached and not taken
    :ivar edges_left_out: how many more edges there are among these nodes, where they are too many
    :ivar interactions: how many neighbours by behaviour of the node in the middle are not drawn
    """

    nodes: tuple[ViewNode, ...]
    edges: tuple[ViewEdge, ...]
    left_out: int = 0
    edges_left_out: int = 0
    interactions: int = 0

    @property
    def centre(self) -> ViewNode:
        """The node in the middle."""
        return self.nodes[0]

    @property
    def caption(self) -> str:
        """What the picture shows, and what it leaves out, in words."""
        drawn = f"{counted(len(self.nodes), 'node')}, {counted(len(self.edges), 'edge')}"
        hidden = (
            (self.left_out, "further node"),
            (self.edges_left_out, "edge"),
            (self.interactions, "interaction"),
        )
        words = ", ".join(counted(count, word) for count, word in hidden if count)
        return f"{drawn} (not drawn: {words})" if words else drawn

    def svg(self, *, css: str | None = None) -> str:
        """Draw it; every text is escaped, and each node has a tooltip.

        :param css: a style sheet that makes the picture stand alone; ``None``: that of the package,
            empty: none, inside a page that has one
        """
        return draw_neighbourhood(self, css=css)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        nodes = [{**asdict(node), "name": node.name} for node in self.nodes]
        return {**asdict(self), "nodes": nodes}
