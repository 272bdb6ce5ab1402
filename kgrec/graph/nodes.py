"""The node table."""

from __future__ import annotations

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.graph.attributes import Attributes
from kgrec.graph.labels import or_else, readable
from kgrec.graph.schema import NODES, key_expr
from kgrec.vocabulary import Vocabulary
from kgrec.vocabulary.terms import VAGUE


def item_nodes(data: Dataset, attributes: Attributes, vocabulary: Vocabulary) -> pl.DataFrame:
    """One node for every item; its label is the title."""
    table = _identified(data.items, "item")
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
    """One node for every user; its label is the title, else the id."""
    table = _identified(data.users, "user")
    return _nodes(
        table.with_columns(
            pl.lit("user").alias("kind"),
            pl.lit("User").alias("type"),
            or_else("title", pl.col("id")).alias("label"),
        ),
        attributes,
    )


def entity_nodes(
    data: Dataset,
    edges: pl.DataFrame,
    values: pl.DataFrame,
    vocabulary: Vocabulary,
    keys: pl.Series | None = None,
) -> pl.DataFrame:
    """One node for every entity that a fact or an attribute refers to.

    The type is the one that the labels state, else the one that most of its relations ask for.

    :param edges: canonical facts, as keys
    :param values: ``key, id, label, type`` of the entities from attribute columns
    :param keys: only of these entities; ``edges`` are all of theirs
    """
    ends = pl.concat([edges["head"], edges["tail"]]).unique(maintain_order=True)
    ends = ends if keys is None else keys
    entities = pl.DataFrame({"key": ends}).filter(pl.col("key").str.starts_with("entity:"))
    stated = _with(data.labels, "type", "text", "properties").select(
        key_expr("entity", "entity").alias("key"),
        pl.col("label").alias("given"),
        or_else("type", pl.lit(None, pl.String)).alias("stated"),
        "text",
        "properties",
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
            pl.col("properties").fill_null("{}"),
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
    return (
        votes.filter(~pl.col("implied").is_in(VAGUE), pl.col("key").str.starts_with("entity:"))
        .group_by("key", "implied")
        .len("votes")
        .sort(["votes", "implied"], descending=[True, False])
        .unique("key", keep="first", maintain_order=True)
        .select("key", "implied")
    )


def _identified(table: pl.DataFrame, key: str) -> pl.DataFrame:
    """What of a catalog's table goes into its nodes as it is; a column ``id`` is an attribute."""
    columns = ("title", "text", "properties")
    return _with(table, *columns).select(pl.col(key).alias("id"), *columns)


def _with(table: pl.DataFrame, *columns: str) -> pl.DataFrame:
    missing = [name for name in columns if name not in table.columns]
    return table.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)


def _nodes(table: pl.DataFrame, attributes: Attributes) -> pl.DataFrame:
    keyed = table.select(
        key_expr(pl.col("kind"), "id").alias("key"),
        *("kind", "id", "type", "label", "text"),
        pl.col("properties").fill_null("{}").alias("given"),
    )
    joined = keyed.join(attributes.properties, on="key", how="left")
    return joined.with_columns(_union("properties", "given")).select(NODES.names())


def _union(first: str, second: str) -> pl.Expr:
    """Two columns of JSON objects as one object; of a name in both, readers take the second."""
    one, two = pl.col(first).str.strip_chars(), pl.col(second).str.strip_chars()
    inner = pl.concat_str(one.str.head(-1), pl.lit(","), two.str.tail(-1))
    empty = r"^\{\s*\}$"
    return (
        pl.when(one.str.contains(empty))
        .then(two)
        .when(two.str.contains(empty))
        .then(one)
        .otherwise(inner)
    ).alias(first)
