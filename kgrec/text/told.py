"""Written descriptions in the place of the template's."""

from __future__ import annotations

import polars as pl

from kgrec.config import TextConfig
from kgrec.graph.descriptions import TEMPLATE
from kgrec.text.around import clean
from kgrec.text.descriptions import DescribableGraph, Descriptions
from kgrec.text.template import heads


def told(
    plain: Descriptions, written: pl.DataFrame, graph: DescribableGraph, config: TextConfig
) -> Descriptions:
    """The template's descriptions with written ones in the place of catalog text and facts.

    :param plain: of the template
    :param written: ``key, text, source``; those of the template itself stay as they are
    """
    news = written.filter(pl.col("source") != TEMPLATE).select("key", clean("text").alias("own"))
    if news.is_empty():
        return plain
    joined = plain.nodes.join(news, on="key", how="left", maintain_order="left").join(
        heads(graph.nodes, graph.vocabulary), on="key", how="left", maintain_order="left"
    )
    whole = (
        pl.when(pl.col("head") != "")
        .then(pl.concat_str("head", pl.lit(". "), "own"))
        .otherwise("own")
    )
    cut = whole.str.split(" ").list.head(config.max_words).list.join(" ")
    nodes = joined.with_columns(
        pl.when(pl.col("own").is_not_null()).then(cut).otherwise("text").alias("text"),
        (pl.col("named") | pl.col("own").is_not_null()).alias("named"),
    )
    return Descriptions(nodes.select(plain.nodes.columns), plain.relations)
