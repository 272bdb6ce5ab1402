"""Nodes that an update adds or describes anew."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.graph.attributes import Attributes
from kgrec.graph.extracted import is_extracted
from kgrec.graph.labels import or_else
from kgrec.graph.nodes import entity_nodes, item_nodes, user_nodes
from kgrec.graph.schema import NODES, TRIPLE
from kgrec.graph.versions.rows import described_anew, known_better
from kgrec.vocabulary import INTERACTED, Vocabulary


def renewed_users(
    data: Dataset, attributes: Attributes, nodes: pl.DataFrame, columns: Collection[str]
) -> pl.DataFrame:
    """Users that are new or described anew.

    :param columns: of the user's table
    """
    return described_anew(_complete(user_nodes(data, attributes)), nodes, columns)


def renewed_items(
    data: Dataset,
    attributes: Attributes,
    nodes: pl.DataFrame,
    columns: Collection[str],
    vocabulary: Vocabulary,
) -> pl.DataFrame:
    """Items that are new, described anew, or named for the first time."""
    rows = _complete(item_nodes(data, attributes, vocabulary))
    described = described_anew(rows, nodes, columns)
    return pl.concat([described, _named(data, nodes, described)])


def touched_entities(
    nodes: pl.DataFrame, new: pl.DataFrame, gone: pl.DataFrame, named: pl.Series
) -> pl.Series:
    """Keys of the entities of which an update may change something.

    :param nodes: of the graph
    :param new: ``head, tail`` of added facts; their ends need not be in the graph yet
    :param gone: ``head, tail`` of removed edges
    :param named: ids of entities that the update names
    """
    old = pl.concat([gone["head"], gone["tail"], "entity:" + named])
    there = nodes.select("key").join(old.alias("key").to_frame().unique(), on="key", how="semi")
    keys = pl.concat([there["key"], new["head"], new["tail"]]).unique().sort()
    return keys.filter(keys.str.starts_with("entity:")).alias("key")


def renewed_entities(
    data: Dataset,
    keys: pl.Series,
    edges: pl.DataFrame,
    values: pl.DataFrame,
    nodes: pl.DataFrame,
    vocabulary: Vocabulary,
) -> pl.DataFrame:
    """Entities with the names and types that all facts of the graph give them.

    No text decides what an entity is of which the catalog speaks.

    :param data: its labels are all that is known of these entities
    :param keys: the entities
    :param edges: of the graph, after the update: ``head, relation, tail, properties``
    :param values: those from attribute columns
    """
    if keys.is_empty():
        return NODES.to_frame()
    touched = keys.implode()
    at_them = pl.col("head").is_in(touched) | pl.col("tail").is_in(touched)
    near = edges.filter((pl.col("relation") != INTERACTED) & at_them)
    told = near.select(is_extracted()).to_series()
    facts, claims = near.filter(~told).select(TRIPLE), near.filter(told).select(TRIPLE)
    of_catalog = keys.is_in(pl.concat([facts["head"], facts["tail"]]).implode())
    # Who has no edge left is no entity that texts made.
    of_texts = ~of_catalog & keys.is_in(pl.concat([claims["head"], claims["tail"]]).implode())
    rows = pl.concat(
        entity_nodes(data, some, values, vocabulary, keys.filter(which))
        for some, which in ((facts, ~of_texts), (claims, of_texts))
    )
    return known_better(_complete(rows.sort("key")), nodes)


def _named(data: Dataset, nodes: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    """Items that had no title and get a label; an entity of the same id would take it instead."""
    if data.labels.is_empty():
        return NODES.to_frame()
    names = data.labels.select(
        pl.col("entity").alias("id"), pl.col("label").alias("name")
    ).drop_nulls()
    entities = nodes.filter(pl.col("kind") == "entity").select("id")
    untitled = nodes.filter((pl.col("kind") == "item") & (pl.col("label") == pl.col("id")))
    return (
        untitled.join(names, on="id", maintain_order="left")
        .join(entities, on="id", how="anti", maintain_order="left")
        .join(described, on="key", how="anti", maintain_order="left")
        .with_columns(pl.col("name").alias("label"))
        .select(NODES.names())
    )


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.cast(NODES).with_columns(or_else("label", pl.lit("unnamed")))
