"""The node table."""

from __future__ import annotations

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.graph.attributes import Attributes
from kgrec.graph.labels import or_else, readable
from kgrec.graph.schema import NODES, key_expr
from kgrec.vocabulary import Vocabulary


def item_nodes(data: Dataset, attributes: Attributes, vocabulary: Vocabulary) -> pl.DataFrame:
    """One node for every item; its label is the title."""
    table = _with(data.items, "title", "text").rename({"item": "id"})
    item_type = vocabulary.type(data.info.item_type).name
    return _nodes(
        table.with_columns(
            pl.lit("item").alias("kind"),
            pl.lit(item_type).alias("type"),
            or_else("title", pl.col("id")).alias("label"),
        ),
        attributes,
    )


def user_nodes(data: Dataset, attributes: Attributes) -> pl.DataFrame:
    """One node for every user; its label is the id."""
    table = _with(data.users, "text").rename({"user": "id"})
    return _nodes(
        table.with_columns(
            pl.lit("user").alias("kind"),
            pl.lit("User").alias("type"),
            pl.col("id").alias("label"),
        ),
        attributes,
    )


def entity_nodes(
    data: Dataset, edges: pl.DataFrame, values: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """One node for every entity that a fact or an attribute refers to.

    The type is the one that the labels state, else the one that most of its relations ask for.

    :param edges: canonical facts, as keys
    :param values: ``key, id, label, type`` of the entities from attribute columns
    """
    ends = pl.concat([edges["head"], edges["tail"]]).unique(maintain_order=True)
    entities = pl.DataFrame({"key": ends}).filter(pl.col("key").str.starts_with("entity:"))
    stated = _with(data.labels, "type", "text").select(
        key_expr("entity", "entity").alias("key"),
        pl.col("label").alias("given"),
        or_else("type", pl.lit(None, pl.String)).alias("stated"),
        "text",
    )
    # vocabulary.type() is asked once for each distinct type, not once a row
    names = {name: vocabulary.type(name).name for name in stated["stated"].drop_nulls().unique()}
    table = (
        entities.join(stated.unique("key", keep="first"), on="key", how="left")
        .join(values.select("key", pl.col("label").alias("value")), on="key", how="left")
        .join(_implied_types(edges, vocabulary), on="key", how="left")
        .with_columns(pl.col("key").str.strip_prefix("entity:").alias("id"))
        .with_columns(
            pl.lit("entity").alias("kind"),
            pl.coalesce(pl.col("stated").replace(names), "implied", pl.lit("Entity")).alias("type"),
            or_else("given", pl.coalesce("value", readable(pl.col("id")))).alias("label"),
            pl.lit("{}").alias("properties"),
        )
    )
    return table.select(NODES.names()).sort("key")


def _implied_types(edges: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    relations = {name: vocabulary.relation(name) for name in edges["relation"].unique()}
    votes = pl.concat(
        edges.select(
            pl.col(end).alias("key"),
            pl.col("relation")
            .replace_strict(
                {name: getattr(relation, side) for name, relation in relations.items()},
                return_dtype=pl.String,
                default=None,
            )
            .alias("implied"),
        )
        for end, side in (("head", "domain"), ("tail", "range"))
    )
    vague = ["Node", "Item", "Entity", "User"]
    return (
        votes.filter(~pl.col("implied").is_in(vague), pl.col("key").str.starts_with("entity:"))
        .group_by("key", "implied")
        .len("votes")
        .sort(["votes", "implied"], descending=[True, False])
        .unique("key", keep="first", maintain_order=True)
        .select("key", "implied")
    )


def _with(table: pl.DataFrame, *columns: str) -> pl.DataFrame:
    missing = [name for name in columns if name not in table.columns]
    return table.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)


def _nodes(table: pl.DataFrame, attributes: Attributes) -> pl.DataFrame:
    keyed = table.select(
        key_expr(pl.col("kind"), "id").alias("key"), "kind", "id", "type", "label", "text"
    )
    return keyed.join(attributes.properties, on="key", how="left").select(NODES.names())
