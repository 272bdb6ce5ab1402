"""Rules about the shape of a relation: how many, in which direction, in a circle."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kgrec.graph.coded import Coded, distinct
from kgrec.graph.report import Violation
from kgrec.graph.validation.rules_facts import is_a
from kgrec.graph.validation.rules_found import violations
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary


def structure_rules(graph: Coded, vocabulary: Vocabulary) -> Iterator[Violation]:
    """Counts, symmetric facts stated twice, and circles in hierarchies."""
    found = (
        (constraint, name, nodes)
        for name in graph.relations
        if name != INTERACTED
        for constraint, nodes in _of_relation(graph, name, vocabulary.relation(name))
    )
    for constraint, name, nodes in found:
        yield from violations(constraint, graph.named(name, nodes))
    for name, relation in vocabulary.relations.items():
        if relation.min_count and name != INTERACTED:
            few = _too_few(graph, name, relation, vocabulary)
            yield from violations("too-few", graph.named(name, few))


def _of_relation(graph: Coded, name: str, relation: Relation) -> Iterator[tuple[str, np.ndarray]]:
    if relation.max_count is not None:
        head, _ = graph.pairs(name, both_ways=relation.symmetric)
        heads, counts = np.unique(head, return_counts=True)
        yield "too-many", heads[counts > relation.max_count]
    if relation.symmetric:
        yield "stated-twice", _stated_twice(*graph.pairs(name))
    elif relation.transitive:
        yield "cyclic", _in_circles(*graph.pairs(name))


def _too_few(graph: Coded, name: str, relation: Relation, vocabulary: Vocabulary) -> np.ndarray:
    member = [is_a(t, k, relation.domain, vocabulary) for k, t in graph.kinds]
    nodes = np.flatnonzero(np.array([*member, False], dtype=bool)[graph.kind])
    head, _ = graph.pairs(name, both_ways=relation.symmetric)
    counts = np.bincount(head, minlength=len(graph.keys))
    return nodes[counts[nodes] < (relation.min_count or 0)]


def _stated_twice(head: np.ndarray, tail: np.ndarray) -> np.ndarray:
    size = max(head.max(initial=0), tail.max(initial=0)) + 1
    return head[np.isin(head * size + tail, tail * size + head)]


def _in_circles(head: np.ndarray, tail: np.ndarray) -> np.ndarray:
    """Nodes from which edges lead back to where they began."""
    nodes = distinct(np.concatenate([head, tail]))
    if not len(nodes):
        return nodes
    ends = np.searchsorted(nodes, head), np.searchsorted(nodes, tail)
    ones = np.ones(len(head), dtype=np.int8)
    matrix = coo_array((ones, ends), (len(nodes), len(nodes)))
    _, part = connected_components(matrix, directed=True, connection="strong")
    circles = np.bincount(part)[part] > 1
    return distinct(np.concatenate([nodes[circles], head[head == tail]]))
