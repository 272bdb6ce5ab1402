"""What stands around the nodes of a graph: facts as seen from either end, few neighbours each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from kgrec.graph.labels import is_named
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary

SIMILAR_TEXT = "similar_text"
"""The relation of what is described alike; a description does not tell of it."""

GENERIC = ("Node", "Item", "Entity")
"""Types that say nothing: "The Golden Compass, item"."""


def facts_among(edges: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Facts between ``nodes``: no interactions, and no attributes of users either.

    :return: ``head, relation, tail``
    """
    told = ~pl.col("relation").is_in([INTERACTED, SIMILAR_TEXT])
    facts = edges.filter(told & pl.col("split").is_null())
    among = facts.join(nodes, left_on="head", right_on="key", how="semi").join(
        nodes, left_on="tail", right_on="key", how="semi"
    )
    return among.select("head", "relation", "tail")


def both_directions(facts: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Each fact as seen from either end.

    :return: ``key, phrase, neighbour, relation, forward``: ``forward`` where the node is the head,
        and for symmetric relations always
    """
    forward = facts.select(
        pl.col("head").alias("key"),
        _phrase(facts, vocabulary, lambda relation: relation.label),
        pl.col("tail").alias("neighbour"),
        "relation",
        forward=pl.lit(True),
    )
    symmetric = [name for name in facts["relation"].unique() if vocabulary.relation(name).symmetric]
    backward = facts.select(
        pl.col("tail").alias("key"),
        _phrase(
            facts,
            vocabulary,
            lambda relation: relation.label if relation.symmetric else relation.inverse_label,
        ),
        pl.col("head").alias("neighbour"),
        "relation",
        forward=pl.col("relation").is_in(symmetric),
    )
    return pl.concat([forward, backward]).unique()


def _phrase(
    facts: pl.DataFrame, vocabulary: Vocabulary, read: Callable[[Relation], str]
) -> pl.Expr:
    words = {name: read(vocabulary.relation(name)) for name in facts["relation"].unique()}
    named = pl.col("relation").replace_strict(words, default=None, return_dtype=pl.String)
    return named.alias("phrase")


def listed(
    facts: pl.DataFrame,
    nodes: pl.DataFrame,
    neighbours: int,
    by: Sequence[str] = ("key", "phrase"),
) -> pl.DataFrame:
    """The neighbours to name, the rarest first; those without a readable name are left out.

    :param facts: ``key, neighbour`` and the columns of ``by``, no row twice
    :param nodes: ``key, id, label``
    :param neighbours: at most so many for each group
    :param by: what tells groups apart
    :return: the columns of ``by``, ``names``, and ``size``: how many there are to name
    """
    names = nodes.filter(is_named()).select(pl.col("key").alias("neighbour"), clean("label"))
    degrees = facts.group_by("neighbour").len("degree")
    return (
        facts.join(names, on="neighbour")
        .join(degrees, on="neighbour")
        .sort(*by, "degree", "label", "neighbour")
        .group_by(*by, maintain_order=True)
        .agg(pl.col("label").head(neighbours).alias("names"), pl.len().alias("size"))
        .filter(pl.col("names").list.len() > 0)
    )


def type_labels(nodes: pl.DataFrame, vocabulary: Vocabulary) -> pl.Expr:
    """The readable type of each node, null where it is generic."""
    types = {
        name: None if name in GENERIC else vocabulary.type(name).label
        for name in nodes["type"].drop_nulls().unique()
    }
    return pl.col("type").replace_strict(types, default=None, return_dtype=pl.String)


def clean(column: str) -> pl.Expr:
    """Every run of white space becomes one blank."""
    return pl.col(column).str.replace_all(r"\s+", " ").str.strip_chars()
