"""What is known of items besides behaviour: their facts and the words of their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key_expr
from kgrec.sparse import unit_rows
from kgrec.vocabulary import INTERACTED


@dataclass(frozen=True, eq=False)
class ItemContent:
    """Items by what they have; rows follow the items of the interactions.

    :ivar facts: binary, one column for each fact that an item can have, which is a relation, a
        direction and a node; float32, shape ``(I, F)``
    :ivar words: how often each word is in an item's text; float32, shape ``(I, W)``
    """

    facts: csr_matrix
    words: csr_matrix

    @staticmethod
    def of(graph: KnowledgeGraph, items: Sequence[str]) -> ItemContent:
        """Read the facts and texts of items; facts about users are none of theirs.

        :param items: ids, by row; one that is not in the graph has nothing
        """
        return ItemContent(item_facts(graph, items), item_words(graph, items))

    def __bool__(self) -> bool:
        return bool(self.facts.nnz or self.words.nnz)


def item_facts(graph: KnowledgeGraph, items: Sequence[str]) -> csr_matrix:
    """The ``facts`` of :class:`ItemContent`, shape ``(I, F)``."""
    return _counts(_facts(graph.edges), items)


def item_words(graph: KnowledgeGraph, items: Sequence[str]) -> csr_matrix:
    """The ``words`` of :class:`ItemContent`, shape ``(I, W)``."""
    return _counts(_words(graph.nodes), items)


def tf_idf(counts: csr_matrix, rarity: float = 1.0) -> csr_matrix:
    r"""Weigh features by their rarity, in rows of length 1.

    .. math:: (1 + \ln c_{if}) \left(\ln \frac{1 + I}{1 + I_f}\right)^{\text{rarity}}

    where :math:`I_f` of the :math:`I` items have the feature. Salton and Buckley 1988
    (https://doi.org/10.1016/0306-4573(88)90021-0).

    :param counts: above 0 where stored, shape ``(I, F)``
    :param rarity: above 1, rare features count for even more
    :return: float32, the same shape; a row without features stays empty
    """
    items, features = counts.shape
    holders = np.bincount(counts.indices, minlength=features)
    weights = np.log((1 + items) / (1 + holders)) ** rarity
    weighed = csr_matrix(counts, dtype=np.float64, copy=True)
    weighed.data = (1 + np.log(weighed.data)) * weights[weighed.indices]
    return unit_rows(weighed)


def _facts(edges: pl.DataFrame) -> pl.DataFrame:
    """``key, feature`` of every fact, seen from both of its ends."""
    facts = edges.filter(pl.col("relation") != INTERACTED)
    ends = (("head", "tail", ">"), ("tail", "head", "<"))
    return pl.concat(
        facts.filter(~pl.col(other).str.starts_with("user:")).select(
            pl.col(one).alias("key"),
            pl.concat_str("relation", pl.lit(direction), other).alias("feature"),
        )
        for one, other, direction in ends
    ).unique()


def _words(nodes: pl.DataFrame) -> pl.DataFrame:
    """``key, feature`` of every word of the items' texts, repeated as it is in them."""
    texts = nodes.filter((pl.col("kind") == "item") & pl.col("text").is_not_null())
    words = pl.col("text").str.to_lowercase().str.extract_all(r"\w{2,}")
    return texts.select("key", words.alias("feature")).explode("feature").drop_nulls()


def _counts(table: pl.DataFrame, items: Sequence[str]) -> csr_matrix:
    """How often each feature is with each item, shape ``(items, features)``."""
    ids = pl.DataFrame({"key": pl.Series(list(items), dtype=pl.String)}).with_row_index("row")
    table = table.join(ids.with_columns(key_expr("item", "key").alias("key")), on="key")
    columns = (table["feature"].rank("dense") - 1).to_numpy().astype(np.int64)
    ones = np.ones(table.height, dtype=np.float32)
    width = int(columns.max()) + 1 if columns.size else 0
    counts = csr_matrix((ones, (table["row"].to_numpy(), columns)), shape=(len(items), width))
    counts.sum_duplicates()
    return counts
