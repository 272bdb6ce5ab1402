"""What a graph decided about attribute columns, so that updates go the same way."""

from __future__ import annotations

import json
from collections.abc import Iterable

import polars as pl

from kgrec.graph.attributes import RESERVED, Attributes
from kgrec.graph.report import BuildReport
from kgrec.graph.schema import IDENTITY, TRIPLE
from kgrec.graph.versions.change import IDENTITIES
from kgrec.vocabulary import Relation, Vocabulary


def settled_columns(
    columns: Iterable[str], nodes: pl.DataFrame, kind: str, report: BuildReport
) -> dict[str, bool]:
    """Whether a column holds literals, for the columns of which the graph holds values.

    :param columns: of a table of items or users
    :param nodes: the nodes of the graph
    :param report: how the graph was built
    """
    linked = {column for column, _ in report.attributes}
    known = [name for name in columns if name in linked or name in report.literals]
    properties = nodes.filter(pl.col("kind") == kind)["properties"] if known else None
    settled = {}
    for name in known:
        if name in report.literals and properties is not None and _holds(properties, name):
            settled[name] = True
        elif name in linked:
            settled[name] = False
    return settled


def replaced_values(
    table: pl.DataFrame,
    attributes: Attributes,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    kind: str,
    vocabulary: Vocabulary,
    type_name: str = "",
) -> pl.DataFrame:
    """Edges to former values of the attribute columns of ``table``.

    Only values of a catalog count: their ids begin with their type, as in ``genre/Comedy``. Facts
    to other entities stay.

    :param table: described items or users; the first column is the id
    :param attributes: what was read from it; its edges are no former ones
    :param type_name: of the items
    :return: columns of :data:`~kgrec.graph.schema.IDENTITY`
    """
    skipped = {*RESERVED, *attributes.literals}
    columns = [name for name in table.columns[1:] if name not in skipped]
    relations = [vocabulary.attribute(name, kind, type_name) for name in columns]
    prefixes = pl.DataFrame(
        [
            (relation.name, prefix)
            for relation in relations
            for prefix in _prefixes(relation, vocabulary)
        ],
        schema={"relation": pl.String, "prefix": pl.String},
        orient="row",
    )
    described = table.select((pl.lit(f"{kind}:") + pl.col(table.columns[0])).alias("head"))
    known = described.join(nodes, left_on="head", right_on="key", how="semi")
    if prefixes.is_empty() or known.is_empty():
        return IDENTITIES.to_frame()
    return (
        edges.filter(pl.col("relation").is_in(prefixes["relation"].unique().implode()))
        .join(known, on="head", how="semi")
        .join(prefixes.unique(), on="relation")
        .filter(pl.col("tail").str.starts_with(pl.col("prefix")))
        .join(attributes.edges, on=TRIPLE, how="anti")
        .select(IDENTITY)
        .unique(maintain_order=True)
    )


def _prefixes(relation: Relation, vocabulary: Vocabulary) -> list[str]:
    if relation.symmetric:
        return []  # whose value it was cannot be told
    name = "Entity" if relation.range == "Node" else relation.range
    to_items = relation.range == "Node" or vocabulary.type(relation.range).kind == "item"
    return [f"entity:{name.lower()}/", *(["item:"] if to_items else [])]


def _holds(properties: pl.Series, name: str) -> bool:
    # A quote inside a value is escaped, so that this can only be the name of a literal.
    word = f"{json.dumps(name, ensure_ascii=False)}:"
    inside = properties.str.contains(word, literal=True)
    empty = properties.str.contains(f"{word}null", literal=True)
    return bool((inside & ~empty).any())
