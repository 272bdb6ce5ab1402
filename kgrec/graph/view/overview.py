"""A graph in a notebook: how much of what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgrec.drawing.html import bar, block, pairs, table

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

_SHOWN = 15


def html(graph: KnowledgeGraph, store: str) -> str:
    """Write HTML; all that comes from data is escaped.

    :param store: what answers Cypher, in words
    """
    changes = graph.changes
    version = f"{graph.version}, of {changes[-1].time}" if changes else str(graph.version)
    about = {
        "licence of the data": graph.licence or "not stated",
        "version": version,
        "may be recommended": None if graph.candidates is None else len(graph.candidates),
        "store": store,
    }
    note = "graph.describe() tells more; graph.show('a label') draws what is around a node."
    return block(
        pairs(about),
        _types(graph),
        _relations(graph),
        note,
        title=f"KnowledgeGraph {graph.name}",
        lead=repr(graph),
    )


def _types(graph: KnowledgeGraph) -> str:
    counted = graph.nodes.group_by("type", "kind").len("n")
    rows = list(counted.sort(["n", "type"], descending=[True, False]).iter_rows())
    most = max((count for *_, count in rows), default=1)
    told = [(name, kind, count, bar(count / most)) for name, kind, count in rows[:_SHOWN]]
    return table(("type", "kind", "nodes", ""), told, caption=_caption("Nodes", len(rows)))


def _relations(graph: KnowledgeGraph) -> str:
    counted = graph.edges.group_by("relation").len("n")
    rows = list(counted.sort(["n", "relation"], descending=[True, False]).iter_rows())
    most = max((count for _, count in rows), default=1)
    told = [
        (name, graph.vocabulary.relation(name).label, count, bar(count / most))
        for name, count in rows[:_SHOWN]
    ]
    header = ("relation", "reads", "edges", "")
    return table(header, told, caption=_caption("Edges", len(rows)))


def _caption(what: str, count: int) -> str:
    return what if count <= _SHOWN else f"{what} (the first {_SHOWN} of {count:,} kinds)"
