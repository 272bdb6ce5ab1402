"""The surroundings of one node, cut down to what a person can look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kgrec.data.schema import closest
from kgrec.errors import ConfigError
from kgrec.graph.view.adjacency import Adjacency, Steps
from kgrec.graph.view.choose import choose, choose_around, choose_edges
from kgrec.graph.view.collect import among, edges_of, nodes_of
from kgrec.graph.view.find import find
from kgrec.graph.view.parts import Neighbourhood
from kgrec.vocabulary import INTERACTED

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

MOST = 500
"""No picture has more nodes: nobody could read it."""

_EDGES_A_NODE = 2


@dataclass(frozen=True, eq=False)
class Rule:
    """Which edges are walked.

    :ivar walked: numbers of relations; ``None``: all facts, and behaviour where it is all that
        there is to say
    :ivar behaviour: number of the interactions
    :ivar open: rows of the nodes whose behaviour is shown
    """

    walked: np.ndarray | None
    behaviour: int
    open: np.ndarray

    @staticmethod
    def of(graph: KnowledgeGraph, centres: Sequence[str], relations: Sequence[str] | None) -> Rule:
        """The rule for a picture.

        :param centres: keys of the nodes that are looked around
        :raises ConfigError: if a relation has no edge
        """
        adjacency = graph.incidence
        walked = None if relations is None else _numbers(graph, adjacency, relations)
        rows = [
            graph.row(key)
            for key in centres
            if key.startswith("user:") or not adjacency.facts[graph.row(key)]
        ]
        return Rule(walked, adjacency.number(INTERACTED), np.array(rows, dtype=np.int64))

    def allows(self, steps: Steps) -> np.ndarray:
        """Which steps may be walked, a mask of shape ``(n,)``."""
        if self.walked is not None:
            return np.isin(steps.relation, self.walked)
        is_open = np.isin(steps.source, self.open) | np.isin(steps.target, self.open)
        return np.asarray((steps.relation != self.behaviour) | is_open)


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
    adjacency, key = graph.incidence, find(graph, id)
    centre = graph.row(key)
    rule = Rule.of(graph, [key], relations)

    hop_of, left_out = choose(adjacency, centre, hops, most, rule.allows)
    steps = among(adjacency, list(hop_of), rule.allows)
    kept = choose_edges(adjacency, hop_of, steps, _EDGES_A_NODE * len(hop_of))
    around = adjacency.around(np.array([centre]))
    return Neighbourhood(
        nodes=nodes_of(graph, hop_of),
        edges=edges_of(graph, kept),
        left_out=left_out,
        edges_left_out=len(steps.source) - len(kept.source),
        interactions=_not_among(around.where(around.relation == rule.behaviour), steps),
    )


def widened(
    graph: KnowledgeGraph,
    view: Neighbourhood,
    key: str,
    more: int = 15,
    relations: Sequence[str] | None = None,
) -> Neighbourhood:
    """Also look around another node of a picture; what is there stays.

    :param key: of the node
    :param more: at most so many further nodes
    :param relations: see :func:`neighbourhood`
    :raises UnknownIdError: if there is no such node
    :raises ConfigError: if the picture would have more than 500 nodes
    """
    room = min(more, MOST - len(view.nodes))
    if room <= 0:
        raise ConfigError(f"The picture has {len(view.nodes)} nodes, and holds no more.")
    adjacency, rule = graph.incidence, Rule.of(graph, [view.centre.key, key], relations)
    hop_of = {graph.row(node.key): node.hop for node in view.nodes}
    start = graph.row(key)
    far = hop_of.setdefault(start, 1) + 1
    ranked = choose_around(adjacency, start, rule.allows, list(hop_of))
    hop_of |= dict.fromkeys(ranked[:room], far)
    steps = among(adjacency, list(hop_of), rule.allows)
    kept = edges_of(graph, choose_edges(adjacency, hop_of, steps, _EDGES_A_NODE * len(hop_of)))
    edges = tuple(dict.fromkeys((*view.edges, *kept)))
    return Neighbourhood(
        nodes_of(graph, hop_of),
        edges,
        left_out=view.left_out + max(len(ranked) - room, 0),
        edges_left_out=max(len(steps.source) - len(edges), 0),
        interactions=view.interactions,
    )


def _numbers(graph: KnowledgeGraph, adjacency: Adjacency, relations: Sequence[str]) -> np.ndarray:
    names = [graph.vocabulary.canonical(relation)[0] for relation in relations]
    for given, name in zip(relations, names, strict=True):
        if name not in adjacency.relations:
            guess = closest(given, adjacency.relations)
            doubt = f"did you mean '{guess}'" if guess else ", ".join(adjacency.relations[:20])
            raise ConfigError(f"No edge has the relation '{given}': {doubt}?")
    return np.array([adjacency.number(name) for name in names])


def _not_among(around: Steps, drawn: Steps) -> int:
    """How many neighbours steps lead to that no drawn edge leads to."""
    if not len(around.source):
        return 0
    centre = around.source[0]
    joined = drawn.where((drawn.source == centre) | (drawn.target == centre))
    return len(np.setdiff1d(around.target, np.append(joined.source, joined.target)))
