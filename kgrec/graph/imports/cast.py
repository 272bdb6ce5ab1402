"""Which node is a user, which an item, which an entity."""

from __future__ import annotations

import polars as pl

from kgrec.errors import DataError
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.names import listed
from kgrec.graph.imports.plan import Plan, joined_labels, label_sets

DROPPED = "dropped"
INTERACTION = "interaction"


def candidates(foreign: ForeignGraph, plan: Plan) -> pl.DataFrame:
    """What the labels of each node allow.

    :return: ``node, labels, properties, class, is_user, is_item, is_interaction, is_dropped``
    """
    nodes = foreign.nodes.select(pl.col("id").alias("node"), joined_labels(), "properties")
    return nodes.join(label_sets(foreign, plan), on="labels", how="left")


def cast(nodes: pl.DataFrame, pairs: pl.DataFrame, mapping: Mapping, source: str) -> pl.DataFrame:
    """Give each node its kind.

    A node whose labels would allow a user and an item is what its interactions say.

    :param nodes: as :func:`candidates` returns them
    :param pairs: ``user, item``: nodes of all interactions
    :return: ``node, kind, class, labels, properties``; a kind is ``user``, ``item``, ``entity``,
        ``interaction`` or ``dropped``
    :raises DataError: if a node would have to be both a user and an item
    """
    users, items = pairs["user"].unique(), pairs["item"].unique()
    acts = pl.col("node").is_in(users.implode()), pl.col("node").is_in(items.implode())
    _refuse_both(nodes.filter(acts[0] & acts[1]), mapping, source)
    both = pl.col("is_user") & pl.col("is_item")
    is_user = pl.col("is_user") & (acts[0] | ~(both | mapping.active_users_only))
    is_item = pl.col("is_item") & (acts[1] | ~(both | mapping.active_items_only))
    kind = (
        pl.when("is_dropped")
        .then(pl.lit(DROPPED))
        .when("is_interaction")
        .then(pl.lit(INTERACTION))
        .when(is_user)
        .then(pl.lit("user"))
        .when(is_item)
        .then(pl.lit("item"))
        .otherwise(pl.lit("entity"))
    )
    return nodes.select("node", kind.alias("kind"), "class", "labels", "properties")


def _refuse_both(nodes: pl.DataFrame, mapping: Mapping, source: str) -> None:
    if nodes.is_empty():
        return
    raise DataError(
        f"by this mapping {nodes.height:,} nodes are both users and items "
        f"({listed(nodes['node'].sort().head(3))})",
        fix=f"choose interactions that lead from {listed(mapping.users)} to nodes that have none "
        "of their own",
        file=source,
    )
