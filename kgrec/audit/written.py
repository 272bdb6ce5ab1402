"""What was written for a graph or read out of texts, and the graph without descriptions."""

from __future__ import annotations

from kgrec.graph import KnowledgeGraph
from kgrec.graph.descriptions import LITERALS, SOURCE
from kgrec.graph.extracted import is_extracted
from kgrec.graph.vectors import without_literals


def described(graph: KnowledgeGraph) -> bool:
    """Whether a node has a description that was written for it."""
    return bool(graph.nodes["properties"].str.contains(f'"{SOURCE}"', literal=True).any())


def without_descriptions(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The graph as it would be if nothing had been described."""
    return without_literals(graph, LITERALS)


def extracted(graph: KnowledgeGraph) -> bool:
    """Whether there is a fact that only a text states."""
    return bool(graph.edges.select(is_extracted().any()).item())
