"""Which nodes around a node are drawn, where not all can be: those that tell most."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from kgrec.graph.view.adjacency import Adjacency, Steps

Allowed = Callable[[Steps], np.ndarray]
"""Which steps may be walked, as a mask."""


def choose(
    adjacency: Adjacency, centre: int, hops: int, most: int, allowed: Allowed
) -> tuple[dict[int, int], int]:
    """Choose nodes hop by hop.

    Next to the centre every relation has its turn, and within a relation the fact goes first that
    tells most about a random node: the entropy of having it. Further out a node goes first that
    shares the most surprising things with what was chosen: the sum of the self-information of its
    neighbours there (Resnik 1995).

    :param centre: row of the node in the middle
    :param most: at most so many nodes, the centre among them
    :return: the hop of each chosen node by row, and how many more were reached
    """
    chosen, frontier, spare = {centre: 0}, [centre], dict[int, int]()
    for hop in range(1, hops + 1):
        steps = adjacency.around(np.array(frontier, dtype=np.int64))
        steps = steps.where(allowed(steps))
        known = np.fromiter(chosen, dtype=np.int64)
        steps = steps.where(~np.isin(steps.target, known))
        ranked = _by_turns(adjacency, steps) if hop == 1 else _by_shared(adjacency, steps)
        room = math.ceil((most - len(chosen)) / (hops - hop + 1))
        frontier = ranked[:room]
        chosen |= dict.fromkeys(frontier, hop)
        spare |= {row: hop for row in ranked[room:] if row not in spare}
    left = [row for row in spare if row not in chosen]
    more = left[: most - len(chosen)]
    return chosen | {row: spare[row] for row in more}, len(left) - len(more)


def choose_around(
    adjacency: Adjacency, row: int, allowed: Allowed, known: Sequence[int]
) -> list[int]:
    """All neighbours of a node but those that are known, in the order of :func:`choose`."""
    steps = adjacency.around(np.array([row], dtype=np.int64))
    steps = steps.where(allowed(steps))
    return _by_turns(adjacency, steps.where(~np.isin(steps.target, known)))


def choose_edges(adjacency: Adjacency, hop_of: dict[int, int], steps: Steps, most: int) -> Steps:
    """Choose edges among nodes that were chosen, so that a picture is no ball of wool.

    First each node's best edge towards the middle, then those that tell most: the self-information
    of the end that more facts lead to.

    :param steps: the edges among the nodes, each once
    :param most: at most so many
    :return: those that stay, in the same order
    """
    size = len(steps.source)
    if size <= most:
        return steps
    ends = np.column_stack([steps.source, steps.target])
    hops = np.array([[hop_of[row] for row in pair] for pair in ends.tolist()])
    tells = _surprise(adjacency, ends.ravel()).reshape(-1, 2).min(axis=1)
    order = np.lexsort((np.arange(size), -np.round(tells, 9)))
    outer = ends[np.arange(size), hops.argmax(axis=1)]
    leads_in = hops[:, 0] != hops[:, 1]
    _, first = np.unique(np.where(leads_in, outer, -1)[order], return_index=True)
    is_best = np.zeros(size, dtype=bool)
    is_best[order[first]] = True
    kept = np.lexsort((np.arange(size), -np.round(tells, 9), ~(is_best & leads_in)))[:most]
    mask = np.zeros(size, dtype=bool)
    mask[kept] = True
    return steps.where(mask)


def _by_turns(adjacency: Adjacency, steps: Steps) -> list[int]:
    """The best of each relation and direction, then the second of each, and so on."""
    value = _entropy(adjacency, steps.target)
    group = steps.relation * 2 + steps.forward
    order = np.lexsort((steps.target, -value, group))
    group, target = group[order], steps.target[order]
    firsts = np.searchsorted(group, group)
    turn = np.arange(len(group)) - firsts
    return _unique(target[np.lexsort((target, -value[order], turn))])


def _by_shared(adjacency: Adjacency, steps: Steps) -> list[int]:
    pairs = np.unique(np.column_stack([steps.target, steps.source]), axis=0)
    targets, place = np.unique(pairs[:, 0], return_inverse=True)
    shared = np.bincount(place, _surprise(adjacency, pairs[:, 1]), minlength=len(targets))
    order = np.lexsort((targets, -_entropy(adjacency, targets), -np.round(shared, 9)))
    return [int(row) for row in targets[order]]


def _share(adjacency: Adjacency, rows: np.ndarray) -> np.ndarray:
    """How likely a random node is next to each of these, within (0, 1)."""
    size = len(adjacency.facts)
    return np.asarray((adjacency.facts[rows] + 0.5) / (size + 1.0))


def _surprise(adjacency: Adjacency, rows: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(-np.log2(_share(adjacency, rows)), 0.01))


def _entropy(adjacency: Adjacency, rows: np.ndarray) -> np.ndarray:
    share = np.minimum(_share(adjacency, rows), 1 - 1e-9)
    return np.asarray(-share * np.log2(share) - (1 - share) * np.log2(1 - share))


def _unique(rows: np.ndarray) -> list[int]:
    return list(dict.fromkeys(int(row) for row in rows))
