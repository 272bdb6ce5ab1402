"""The surroundings of one node, cut down to what a person can look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kgrec.data.schema import closest
from kgrec.drawing.lines import counted
from kgrec.errors import ConfigError
from kgrec.graph.view.adjacency import Adjacency, Steps
from kgrec.graph.view.choose import Allowed, choose, choose_edges
from kgrec.graph.view.drawing import draw_neighbourhood
from kgrec.graph.view.find import find
from kgrec.vocabulary import INTERACTED

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

MOST = 500
"""No picture has more nodes: nobody could read it."""

_EDGES_A_NODE = 2


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


def neighbourhood(
    graph: KnowledgeGraph,
    id: str,
    hops: int = 1,
    most: int = 40,
    relations: Sequence[str] | None = None,
) -> Neighbourhood:
    """Look around a node; the most informative nodes come first.

    :param id: a key, an id or a label; see :func:`kgrec.graph.view.find.find`
    :param hops: how far, 1–5
    :param most: at most so many nodes, 1–500
    :param relations: walk only along these. ``None``: along all facts, and along interactions only
        from a user in the middle, or from a node of which there is nothing else
    :raises UnknownIdError: if there is no such node, or there are several
    :raises ConfigError: if a number is out of range, or a relation has no edge
    """
    if not 1 <= hops <= 5:
        raise ConfigError(f"hops must be 1 to 5, not {hops}.")
    if not 1 <= most <= MOST:
        raise ConfigError(f"most must be 1 to {MOST}, not {most}.")
    adjacency, key = graph.adjacency, find(graph, id)
    centre = graph.row(key)
    walked = None if relations is None else _numbers(graph, adjacency, relations)
    behaviour = adjacency.number(INTERACTED)
    personal = key.startswith("user:") or not adjacency.facts[centre]

    def allowed(steps: Steps, hop: int | np.ndarray) -> np.ndarray:
        if walked is not None:
            return np.isin(steps.relation, walked)
        is_near = np.asarray(hop) == 1
        return np.asarray((steps.relation != behaviour) | is_near & personal)

    hop_of, left_out = choose(adjacency, centre, hops, most, allowed)
    steps = _among(adjacency, hop_of, allowed)
    kept = choose_edges(adjacency, hop_of, steps, _EDGES_A_NODE * len(hop_of))
    edges = _edges(graph, adjacency, kept)
    around = adjacency.around(np.array([centre]))
    return Neighbourhood(
        nodes=_nodes(graph, adjacency, hop_of),
        edges=edges,
        left_out=left_out,
        edges_left_out=len(steps.source) - len(kept.source),
        interactions=_not_among(around.where(around.relation == behaviour), steps),
    )


def _numbers(graph: KnowledgeGraph, adjacency: Adjacency, relations: Sequence[str]) -> np.ndarray:
    names = [graph.vocabulary.canonical(relation)[0] for relation in relations]
    for given, name in zip(relations, names, strict=True):
        if name not in adjacency.relations:
            guess = closest(given, adjacency.relations)
            doubt = f"did you mean '{guess}'" if guess else ", ".join(adjacency.relations[:20])
            raise ConfigError(f"No edge has the relation '{given}': {doubt}?")
    return np.array([adjacency.number(name) for name in names])


def _nodes(
    graph: KnowledgeGraph, adjacency: Adjacency, hop_of: dict[int, int]
) -> tuple[ViewNode, ...]:
    rows = graph.nodes[list(hop_of)]
    return tuple(
        ViewNode(
            key=row["key"],
            id=row["id"],
            kind=row["kind"],
            type=row["type"],
            label=row["label"],
            text=row["text"] or "",
            facts=int(adjacency.facts[place]),
            hop=hop,
        )
        for row, (place, hop) in zip(rows.iter_rows(named=True), hop_of.items(), strict=True)
    )


def _among(adjacency: Adjacency, hop_of: dict[int, int], allowed: Allowed) -> Steps:
    """The edges among some nodes, each once."""
    rows = np.fromiter(hop_of, dtype=np.int64)
    steps = adjacency.around(rows)
    steps = steps.where(steps.forward & np.isin(steps.target, rows))
    at_centre = (steps.source == rows[0]) | (steps.target == rows[0])
    steps = steps.where(allowed(steps, np.where(at_centre, 1, 2)))
    triples = np.column_stack([steps.source, steps.relation, steps.target])
    _, firsts = np.unique(triples, axis=0, return_index=True)
    is_first = np.zeros(len(triples), dtype=bool)
    is_first[firsts] = True
    return steps.where(is_first)


def _edges(graph: KnowledgeGraph, adjacency: Adjacency, steps: Steps) -> tuple[ViewEdge, ...]:
    heads, tails = (graph.nodes["key"].gather(end) for end in (steps.source, steps.target))
    names = [adjacency.relations[number] for number in steps.relation]
    return tuple(
        ViewEdge(head, name, tail, graph.vocabulary.relation(name).label)
        for head, name, tail in zip(heads, names, tails, strict=True)
    )


def _not_among(around: Steps, drawn: Steps) -> int:
    """How many neighbours steps lead to that no drawn edge leads to."""
    if not len(around.source):
        return 0
    centre = around.source[0]
    joined = drawn.where((drawn.source == centre) | (drawn.target == centre))
    return len(np.setdiff1d(around.target, np.append(joined.source, joined.target)))
