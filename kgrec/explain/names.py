"""The names of nodes, kept: lists of different users name the same ones."""

from __future__ import annotations

from functools import cached_property, lru_cache

import polars as pl

from kgrec.explain.explanation import PathNode
from kgrec.graph import KnowledgeGraph

_KEPT = 2**14


class PathNames:
    """The names of the nodes of one graph, the last few thousand at hand.

    ``node`` and ``readable`` take the key of a node, ``"item:42"``.

    :ivar node: the node as it stands in paths; raises :class:`kgrec.errors.UnknownIdError` if there
        is no such node
    :ivar readable: whether its label is a name that a person can read
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._nodes = graph.nodes

        def node(key: str) -> PathNode:
            row = graph.node(key)
            return PathNode(key, row["id"], row["label"], row["type"])

        self.node = lru_cache(_KEPT)(node)
        self.readable = lru_cache(_KEPT)(graph.has_name)

    @cached_property
    def overlap(self) -> bool:
        """Whether a node's type is the label of another kind: an entity of the type ``Item``."""
        label = pl.col("kind").str.to_titlecase()
        mixed = pl.col("type").is_in(["User", "Item", "Entity"]) & (pl.col("type") != label)
        return not self._nodes.filter(mixed).is_empty()
