"""What stores exchange: all of a graph, or what changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl


@dataclass(frozen=True, eq=False)
class Content:
    """All that there is to know of a graph, as plain tables.

    :ivar nodes: columns of :data:`~kgrec.graph.schema.NODES`
    :ivar edges: columns of :data:`~kgrec.graph.schema.EDGES`
    :ivar header: everything else, ready for JSON: ``name``, ``licence``, ``item_type``,
        ``candidates`` (a list of ids or null), ``report``, ``ontologies`` (pairs of name and
        Turtle), ``identity`` (a hash of this very version and of how it
        came about) and ``version``
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    header: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Change:
    """The difference between one version of a graph and the next.

    :ivar version: of the graph afterwards; a graph that was just built has version 0
    :ivar time: when it was made, ISO 8601 in UTC: ``"2026-01-31T09:00:00Z"``
    :ivar nodes: new nodes, and changed ones as they are afterwards
    :ivar edges: new edges, and changed ones as they are afterwards
    :ivar removed_nodes: column ``key``
    :ivar removed_edges: columns of :data:`~kgrec.graph.schema.IDENTITY`; the edges of removed
        nodes are among them
    :ivar previous: identity of the graph before; empty: that in the header of the graph afterwards
    """

    version: int
    time: str
    nodes: pl.DataFrame
    edges: pl.DataFrame
    removed_nodes: pl.DataFrame
    removed_edges: pl.DataFrame
    previous: str = ""

    def follows(self, held: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
        """Whether a store that holds one graph is brought to the next version by this change.

        :param held: the header of the graph in the store
        :param header: that of the graph afterwards
        """
        before = self.previous or str(header.get("identity") or "")
        return identity_and_version(held) == (before, self.version - 1)


def identity_and_version(header: Mapping[str, Any]) -> tuple[str, int]:
    """What tells a graph, and a version of it, from all others."""
    return str(header.get("identity") or ""), int(header.get("version") or 0)
