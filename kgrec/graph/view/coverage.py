"""How much is known of the items of a catalog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from kgrec.graph.descriptions import descriptions_of

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph


@dataclass(frozen=True)
class Coverage:
    """Of how many items something is known.

    :ivar items: all of them
    :ivar facts: how many have a fact
    :ivar text: how many have a text of the catalog
    :ivar described: how many have a description of :command:`kgrec describe`
    :ivar taken: how many have an interaction
    :ivar nothing: how many have neither fact nor text nor description
    :ivar cold: how many have no interaction; facts and text are all that leads to them
    :ivar cold_nothing: how many of those have neither fact nor text nor description
    :ivar median_facts: facts of the item in the middle
    """

    items: int
    facts: int
    text: int
    described: int
    taken: int
    nothing: int
    cold: int
    cold_nothing: int
    median_facts: float


def coverage_of(graph: KnowledgeGraph, facts: np.ndarray, taken: np.ndarray) -> Coverage:
    """Count what is known of items.

    :param facts: how many facts each node is in, shape ``(N,)``
    :param taken: how many interactions each node is in, shape ``(N,)``
    """
    is_item = (graph.nodes["kind"] == "item").to_numpy()
    items = graph.nodes.filter(pl.Series(is_item))
    keys = descriptions_of(items)["key"]
    texts = items.select(
        text=pl.col("text").str.strip_chars().fill_null("") != "",
        told=pl.col("key").is_in(keys.implode()),
    )
    has_text, told = texts["text"].to_numpy(), texts["told"].to_numpy()
    has_fact, is_taken = facts[is_item] > 0, taken[is_item] > 0
    nothing = ~(has_fact | has_text | told)
    return Coverage(
        items=len(has_fact),
        facts=int(has_fact.sum()),
        text=int(has_text.sum()),
        described=int(told.sum()),
        taken=int(is_taken.sum()),
        nothing=int(nothing.sum()),
        cold=int((~is_taken).sum()),
        cold_nothing=int((nothing & ~is_taken).sum()),
        median_facts=float(np.median(facts[is_item])) if len(has_fact) else 0.0,
    )
