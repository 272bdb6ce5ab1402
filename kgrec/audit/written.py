"""What a language model gave a graph, and the graph without it: descriptions, extracted facts."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from kgrec.graph import KnowledgeGraph
from kgrec.graph.vectors import without_literals
from kgrec.graph.versions.history import History

_DESCRIPTION = ("description", "description_source", "description_verified")
_MODEL = r'"asserted_by"\s*:\s*"model"'


def described(graph: KnowledgeGraph) -> bool:
    """Whether a node has a description that was written for it."""
    return bool(graph.nodes["properties"].str.contains('"description_source"', literal=True).any())


def without_descriptions(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The graph as it would be if nothing had been described."""
    return without_literals(graph, _DESCRIPTION)


def asserted(graph: KnowledgeGraph) -> bool:
    """Whether there is a fact that only a model asserts."""
    return bool(graph.edges["properties"].str.contains(_MODEL).any())


def without_asserted(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The graph without facts that only a model asserts, and without entities of no other fact."""
    told = graph.edges["properties"].str.contains(_MODEL).fill_null(False)
    gone, kept = graph.edges.filter(told), graph.edges.filter(~told)
    ends = pl.concat([gone["head"], gone["tail"]]).unique()
    left = pl.concat([kept["head"], kept["tail"]]).unique()
    lone = (
        (pl.col("kind") == "entity")
        & pl.col("key").is_in(ends.implode())
        & ~pl.col("key").is_in(left.implode())
    )
    return replace(
        graph, nodes=graph.nodes.filter(~lone), edges=kept, history=History(), update_report=None
    )
