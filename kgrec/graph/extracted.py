"""Facts that only a text states: how they come into a graph, and how they are told from others.

Such an edge says in its ``properties`` by whom it is asserted, a language ``model`` or the names in
a text (``gazetteer``), and shows the words: ``{"asserted_by": "model", "span": [12, 27],
"quote": "directed by Joe Johnston"}``. A fact that the catalog states, too, is the catalog's.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.data.extracted import ASSERTED_BY
from kgrec.graph.facts import Facts, canonical_triples
from kgrec.graph.left_out import without_edges
from kgrec.graph.schema import EDGES, TRIPLE, as_edges, key_expr
from kgrec.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

_BY = "asserted_by"


def is_extracted() -> pl.Expr:
    """Whether an edge is a fact that only a text states."""
    properties = pl.col("properties")
    named = properties.str.contains(f'"{_BY}"', literal=True).fill_null(False)
    # Most edges have no such word, so that no JSON is read of them.
    by = pl.when(named).then(properties).str.json_path_match(f"$.{_BY}")
    return by.is_in(ASSERTED_BY).fill_null(False)


def without_extracted(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The graph as the catalog states it."""
    return without_edges(graph, is_extracted())


def accepted(data: Dataset) -> pl.DataFrame:
    """The claims that are facts of the graph."""
    return data.extracted.filter(pl.col("state") == "accepted")


def with_extracted_names(data: Dataset, known: pl.Series | None = None) -> Dataset:
    """The dataset with names of the entities that only accepted claims speak of.

    :param known: ids of entities of which a graph knows already what they are called
    """
    names = (
        accepted(data)
        .filter((pl.col("tail_kind") == "entity") & pl.col("tail_label").is_not_null())
        .select(
            entity="tail",
            label="tail_label",
            type="tail_type",
            text=pl.lit(None, pl.String),
        )
        .unique("entity", keep="first", maintain_order=True)
        .join(data.labels, on="entity", how="anti", maintain_order="left")
    )
    stated = pl.concat([data.facts["head"], data.facts["tail"]]) if data.facts.height else None
    if stated is not None:
        names = names.filter(~pl.col("entity").is_in(stated.implode()))
    if known is not None:
        names = names.filter(~pl.col("entity").is_in(known.implode()))
    if names.is_empty():
        return data
    return replace(data, labels=pl.concat([data.labels, names], how="diagonal"))


def extracted_edges(data: Dataset, facts: Facts, vocabulary: Vocabulary) -> pl.DataFrame:
    """Accepted claims as edges, without those that the catalog states.

    :param facts: of the catalog
    :return: columns of :data:`~kgrec.graph.schema.EDGES`; each triple once
    """
    claims = accepted(data)
    if claims.is_empty():
        return pl.DataFrame(schema=EDGES)
    triples = claims.select(
        key_expr("item", "head").alias("head"),
        "relation",
        key_expr(pl.col("tail_kind"), "tail").alias("tail"),
    )
    named = canonical_triples(triples, vocabulary, facts.inverses, facts.edges)
    properties = [_properties(row) for row in claims.iter_rows(named=True)]
    edges = named.with_columns(properties=pl.Series(properties, dtype=pl.String))
    new = edges.join(facts.edges, on=TRIPLE, how="anti", maintain_order="left")
    straight = new.filter(pl.col("head") != pl.col("tail"))
    return as_edges(straight.unique(TRIPLE, keep="first", maintain_order=True))


def _properties(claim: dict[str, Any]) -> str:
    found: dict[str, Any] = {_BY: claim[_BY]}
    if claim["start"] is not None and claim["end"] is not None:
        found["span"] = [claim["start"], claim["end"]]
    found |= {name: claim[name] for name in ("quote", "model") if claim[name]}
    return json.dumps(found, ensure_ascii=False)
