"""Rows that an update speaks of → what really changes."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from kgrec.graph.content import Change
from kgrec.graph.schema import EDGES, IDENTITY, NODES


@dataclass(frozen=True, eq=False)
class Rows:
    """What an update speaks of.

    :ivar nodes: as they are afterwards, changed or not
    :ivar edges: as they are afterwards, changed or not
    :ivar gone_nodes: column ``key``; those that are also in ``nodes`` stay
    :ivar gone_edges: columns of :data:`~kgrec.graph.schema.IDENTITY`; those in ``edges`` stay
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    gone_nodes: pl.DataFrame
    gone_edges: pl.DataFrame


def difference(
    nodes: pl.DataFrame, edges: pl.DataFrame, rows: Rows, stamp: tuple[int, str]
) -> Change:
    """Leave out what does not change; nothing is both removed and there afterwards.

    :param nodes: of the graph before the update; those with a key in ``rows`` suffice
    :param edges: of the graph before the update; those from a head in ``rows`` suffice
    :param stamp: version and time of the graph after it
    """
    version, time = stamp
    return Change(
        version=version,
        time=time,
        nodes=_unlike(rows.nodes, nodes, NODES.names()),
        edges=_unlike(rows.edges, edges, EDGES.names()),
        removed_nodes=_without(rows.gone_nodes, rows.nodes, ["key"]),
        removed_edges=_without(rows.gone_edges, rows.edges, IDENTITY),
    )


def orphans(gone: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Values of attribute columns that nothing refers to any more.

    :param gone: edges to former values
    :param edges: ``head, tail`` of all that is left
    :return: column ``key``
    """
    keys = gone.select(pl.col("tail").alias("key")).unique(maintain_order=True)
    keys = keys.filter(pl.col("key").str.starts_with("entity:"))
    for end in ("head", "tail"):
        used = edges.join(keys, left_on=end, right_on="key", how="semi")
        keys = keys.join(used, left_on="key", right_on=end, how="anti", maintain_order="left")
    return keys


def _unlike(rows: pl.DataFrame, before: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    return rows.join(before, on=columns, how="anti", nulls_equal=True, maintain_order="left")


def _without(gone: pl.DataFrame, rows: pl.DataFrame, identity: list[str]) -> pl.DataFrame:
    return gone.unique(maintain_order=True).join(
        rows, on=identity, how="anti", nulls_equal=True, maintain_order="left"
    )
