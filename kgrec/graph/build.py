"""Dataset → tables of nodes and edges, with columnar operations only."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from kgrec.callbacks import Progress
from kgrec.data.dataset import Dataset
from kgrec.graph.attributes import Attributes, read_attributes
from kgrec.graph.descriptions import with_descriptions
from kgrec.graph.extracted import extracted_edges, with_extracted_names
from kgrec.graph.facts import Facts, read_facts
from kgrec.graph.labels import is_named, or_else
from kgrec.graph.nodes import entity_nodes, item_nodes, user_nodes
from kgrec.graph.report import BuildReport
from kgrec.graph.schema import NODES, as_edges, key_expr
from kgrec.vocabulary import INTERACTED, Vocabulary


@dataclass(frozen=True)
class Tables:
    """The two tables of a graph and how they came about."""

    nodes: pl.DataFrame
    edges: pl.DataFrame
    report: BuildReport


def build_tables(data: Dataset, vocabulary: Vocabulary, progress: Progress) -> Tables:
    """Build the tables of a graph. Rows of ``data.test`` are read only to keep them out.

    :param data: clean tables
    :param vocabulary: types and relations
    """
    with progress.stage("Building the graph", total=3) as bar:
        ids, item_type = data.items["item"], data.info.item_type
        of_items = read_attributes(data.items, "item", vocabulary, ids, type_name=item_type)
        of_users = read_attributes(data.users, "user", vocabulary, ids)
        bar.advance()
        facts = read_facts(data, pl.concat([of_items.edges, of_users.edges]), vocabulary)
        interactions, repeated = read_interactions(data)
        bar.advance()
        values = pl.concat([of_items.entities, of_users.entities]).unique("key", keep="first")
        extracted = extracted_edges(data, facts, vocabulary)
        nodes = pl.concat(
            [
                user_nodes(data, of_users),
                item_nodes(data, of_items, vocabulary),
                _entities(data, facts, extracted, values, vocabulary),
            ]
        )
        nodes = nodes.cast(NODES).with_columns(or_else("label", pl.lit("unnamed")))
        nodes = with_descriptions(nodes, data.descriptions)
        edges = pl.concat([interactions, as_edges(facts.edges), extracted])
        bar.advance()
    attributes = (of_items, of_users)
    report = _report(data, nodes, edges, facts, attributes, repeated, vocabulary, extracted.height)
    return Tables(nodes, edges, report)


def _entities(
    data: Dataset,
    facts: Facts,
    extracted: pl.DataFrame,
    values: pl.DataFrame,
    vocabulary: Vocabulary,
) -> pl.DataFrame:
    """Entities of the catalog, whose types no text decides, and those that only texts speak of."""
    known = entity_nodes(data, facts.edges, values, vocabulary)
    tails = extracted["tail"].unique(maintain_order=True)
    new = tails.filter(~tails.is_in(known["key"].implode()))
    if new.is_empty():
        return known
    named = with_extracted_names(data)
    return pl.concat([known, entity_nodes(named, extracted, values, vocabulary, new)]).sort("key")


def read_interactions(data: Dataset) -> tuple[pl.DataFrame, int]:
    """Edges of train and valid; a pair that comes back adds its weight and keeps its last time."""
    parts = [
        as_edges(
            table.rename({"user": "head", "item": "tail"}).with_columns(
                key_expr("user", "head").alias("head"),
                key_expr("item", "tail").alias("tail"),
                pl.lit(INTERACTED).alias("relation"),
                pl.lit(split).alias("split"),
            )
        )
        for split, table in (("train", data.train), ("valid", data.valid))
    ]
    edges = pl.concat(parts)
    if not edges.select(pl.struct("head", "tail").is_duplicated().any()).item():
        return edges, 0
    merged = edges.group_by("head", "relation", "tail", maintain_order=True).agg(
        pl.col("weight").sum(),
        pl.col("timestamp").max(),
        pl.col("event", "split", "properties").first(),
    )
    return merged, edges.height - merged.height


def _report(
    data: Dataset,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    facts: Facts,
    attributes: tuple[Attributes, ...],
    repeated: int,
    vocabulary: Vocabulary,
    extracted: int,
) -> BuildReport:
    entities = nodes.filter(pl.col("kind") == "entity")
    used = data.labels["entity"].is_in(nodes.filter(pl.col("kind") != "user")["id"].implode())
    names = facts.edges["relation"].unique().sort().to_list()
    return BuildReport(
        interactions=edges.height - facts.edges.height - extracted,
        facts=facts.edges.height,
        extracted=extracted,
        renamed=facts.renamed,
        swapped=facts.swapped,
        merged=facts.merged + repeated,
        self_loops=facts.self_loops,
        leaking=facts.leaking,
        unlabelled=entities.filter(~is_named()).height,
        unused_labels=data.labels.height - int(used.sum()),
        unused_descriptions=_unused_descriptions(data.descriptions, nodes),
        inverses=facts.inverses,
        undeclared=tuple(name for name in names if not vocabulary.relation(name).known),
        attributes=tuple(pair for part in attributes for pair in part.relations),
        literals=tuple(name for part in attributes for name in part.literals),
    )


def _unused_descriptions(descriptions: pl.DataFrame, nodes: pl.DataFrame) -> int:
    keys = descriptions.select(key_expr(pl.col("kind"), "id").alias("key"))
    return keys.join(nodes, on="key", how="anti").height
