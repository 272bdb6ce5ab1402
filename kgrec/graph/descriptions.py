"""Descriptions as literals of nodes, so that every store and format keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from kgrec.graph.literals import dump, parse
from kgrec.graph.schema import key_expr

TEXT, SOURCE, VERIFIED = "description", "description_source", "description_verified"
"""Literals of a node that is described: the text, who wrote it, whether it was held against the
facts. A catalog may have a column ``description``: only with a source it is one of these."""

LITERALS = (TEXT, SOURCE, VERIFIED)
"""All of these."""

TEMPLATE = "template"
"""The source of texts that a template made of the facts: it makes them anew where one is needed."""

_HAS_ONE = f'"{SOURCE}":'


def with_descriptions(nodes: pl.DataFrame, descriptions: pl.DataFrame) -> pl.DataFrame:
    """Give nodes their descriptions; those of other nodes are left out.

    :param nodes: columns of :data:`~kgrec.graph.schema.NODES`
    :param descriptions: columns of :data:`~kgrec.data.descriptions.SCHEMA`
    """
    if descriptions.is_empty():
        return nodes
    table = descriptions.select(
        key_expr(pl.col("kind"), "id").alias("key"), "text", "source", "verified"
    )
    news = {
        key: {TEXT: text, SOURCE: source, VERIFIED: verified}
        for key, text, source, verified in table.iter_rows()
    }
    return _with(nodes, news)


def keep_descriptions(nodes: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Give nodes of an update the descriptions that they had, where name and text are the same.

    A node that is called or told otherwise has none until it is described again.

    :param nodes: as they are afterwards, but for descriptions
    :param before: nodes of the graph before the update
    """
    had = before.filter(pl.col("properties").str.contains(_HAS_ONE, literal=True))
    both = had.join(nodes, on="key", how="semi")
    if both.is_empty():
        return nodes
    same = both.join(nodes, on=["key", "label", "text"], how="semi", nulls_equal=True)
    kept = {
        key: _of(properties) for key, properties in same.select("key", "properties").iter_rows()
    }
    lost = {key: dict.fromkeys((TEXT, SOURCE, VERIFIED)) for key in both["key"] if key not in kept}
    return _with(nodes, {**kept, **lost})


def descriptions_of(nodes: pl.DataFrame) -> pl.DataFrame:
    """The descriptions that nodes have.

    :return: ``key, text, source, verified``
    """
    if "properties" not in nodes.columns:
        nodes = nodes.with_columns(pl.lit("{}").alias("properties"))
    found = nodes.filter(pl.col("properties").str.contains(_HAS_ONE, literal=True))
    rows = [
        (key, str(own[TEXT]), str(own[SOURCE]), own.get(VERIFIED) is True)
        for key, properties in found.select("key", "properties").iter_rows()
        if (own := _of(properties)).get(TEXT) and own.get(SOURCE)
    ]
    schema = {"key": pl.String, "text": pl.String, "source": pl.String, "verified": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _of(properties: str) -> dict[str, Any]:
    literals = parse(properties)
    return {name: literals[name] for name in (TEXT, SOURCE, VERIFIED) if name in literals}


def _with(nodes: pl.DataFrame, news: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    """Set literals of some nodes; ``None`` takes one away."""
    rows = nodes.filter(pl.col("key").is_in(list(news))).select("key", "properties")
    changed = {key: dump({**parse(old), **news[key]}) for key, old in rows.iter_rows()}
    fresh = pl.col("key").replace_strict(
        changed, default=pl.col("properties"), return_dtype=pl.String
    )
    return nodes.with_columns(fresh.alias("properties")) if changed else nodes
