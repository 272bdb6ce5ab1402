"""From rows of a graph to the parts of a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kgrec.graph.descriptions import descriptions_of
from kgrec.graph.view.adjacency import Adjacency, Steps
from kgrec.graph.view.parts import ViewEdge, ViewNode

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph


def nodes_of(graph: KnowledgeGraph, hop_of: Mapping[int, int]) -> tuple[ViewNode, ...]:
    """The nodes of some rows.

    :param hop_of: for each row, how far it is from the middle
    """
    rows = graph.nodes[list(hop_of)]
    told = {key: text for key, text, *_ in descriptions_of(rows).iter_rows()}
    return tuple(
        ViewNode(
            key=row["key"],
            id=row["id"],
            kind=row["kind"],
            type=row["type"],
            label=row["label"],
            text=told.get(row["key"]) or row["text"] or "",
            facts=int(graph.incidence.facts[place]),
            hop=hop,
        )
        for row, (place, hop) in zip(rows.iter_rows(named=True), hop_of.items(), strict=True)
    )


def among(
    adjacency: Adjacency, rows: Sequence[int], allows: Callable[[Steps], np.ndarray]
) -> Steps:
    """The edges among some nodes that are allowed, each once."""
    steps = adjacency.around(np.array(rows, dtype=np.int64))
    steps = steps.where(steps.forward & np.isin(steps.target, rows))
    steps = steps.where(allows(steps))
    triples = np.column_stack([steps.source, steps.relation, steps.target])
    _, firsts = np.unique(triples, axis=0, return_index=True)
    is_first = np.zeros(len(triples), dtype=bool)
    is_first[firsts] = True
    return steps.where(is_first)


def edges_of(graph: KnowledgeGraph, steps: Steps) -> tuple[ViewEdge, ...]:
    """The edges of some steps, all of which lead from head to tail."""
    heads, tails = (graph.nodes["key"].gather(end) for end in (steps.source, steps.target))
    names = [graph.incidence.relations[number] for number in steps.relation]
    return tuple(
        ViewEdge(head, name, tail, graph.vocabulary.relation(name).label)
        for head, name, tail in zip(heads, names, tails, strict=True)
    )
