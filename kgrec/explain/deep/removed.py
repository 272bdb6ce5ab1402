"""Paths in names back to edges in numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kgrec.errors import UnknownIdError
from kgrec.explain.deep.asked import Asked
from kgrec.explain.deep.whole import Indices, Whole
from kgrec.explain.explanation import Path
from kgrec.features import Features
from kgrec.graph.schema import kind_of
from kgrec.vocabulary import INTERACTED


def edges_of(whole: Whole, fitted: Features, asked: Asked, paths: Iterable[Path]) -> Indices:
    """Ids of the edges of paths, sorted; what the network does not hear has none.

    :param fitted: the graph that the network was fitted on, in its own numbers
    :param asked: the user at whom the paths begin
    """
    ids: set[int] = set()
    for path in paths:
        for place, relation in enumerate(path.relations):
            head, tail = path.nodes[place : place + 2]
            if not relation.forward:
                head, tail = tail, head
            if place == 0:
                ids.update(asked.ids[asked.items == fitted.item_index(tail.id)].tolist())
            else:
                ends = _place(fitted, head.key, head.id), _place(fitted, tail.key, tail.id)
                ids.update(_between(whole, fitted, *ends, relation.name))
    return np.array(sorted(ids), dtype=np.int64)


def _place(fitted: Features, key: str, name: str) -> int:
    """A node's number in the network; -1: it is not there."""
    try:
        if kind_of(key) == "user":
            return len(fitted.core) + int(fitted.user_indices([name])[0])
        node = fitted.node_index(key)
    except UnknownIdError:
        return -1
    place = int(np.searchsorted(fitted.core, node))
    return place if place < len(fitted.core) and fitted.core[place] == node else -1


def _between(whole: Whole, fitted: Features, head: int, tail: int, name: str) -> Iterable[int]:
    """Ids of the edges of a relation between two nodes."""
    if head < 0 or tail < 0 or name not in {INTERACTED, *fitted.relations}:
        return []
    # Of an interaction, the user is the head and hears of items; of a fact, the head of the tail.
    kind = whole.of_items if name == INTERACTED else fitted.relations.index(name)
    start, stop = whole.hearing.edges.starts[head : head + 2]
    columns, kinds = whole.hearing.edges.columns[start:stop], whole.hearing.kinds[start:stop]
    found: list[int] = whole.hearing.ids[start:stop][(columns == tail) & (kinds == kind)].tolist()
    return found
