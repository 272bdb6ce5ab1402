"""Nodes as lines."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from kgrec.graph.rdf.escape import escaped
from kgrec.graph.rdf.literals import PROPERTIES, literal_lines
from kgrec.graph.rdf.namespaces import KEY, KG, RDF_TYPE, RDFS_LABEL

ID, TEXT = f"{KG}id", f"{KG}text"
KINDS = {f"{KG}{kind.capitalize()}": kind for kind in ("user", "item", "entity")}
TAKEN = frozenset({RDF_TYPE, RDFS_LABEL, KEY, ID, TEXT, PROPERTIES})
"""Predicates that a node's literals cannot have."""


def describe(
    nodes: pl.DataFrame, terms: pl.Series, types: Mapping[str, str], end: str
) -> pl.Series:
    """Write nodes.

    :param nodes: columns of :data:`~kgrec.graph.schema.NODES`
    :param terms: their IRIs in angle brackets
    :param types: name → IRI
    :return: for each node its lines
    """
    names = pl.col("type").replace_strict(list(types), list(types.values()), return_dtype=pl.String)
    kinds = pl.col("kind").replace_strict(list(KINDS.values()), list(KINDS))
    frame = nodes.select("label", "key", "id", "text", type_=names, kind_=kinds, term=terms)
    other_type = pl.when(pl.col("type_") != pl.col("kind_")).then("type_")
    lines = [
        _line(RDF_TYPE, pl.col("kind_"), "<>", end),
        _line(RDF_TYPE, other_type, "<>", end),
        *(
            _line(predicate, escaped(pl.col(name)), '""', end)
            for predicate, name in (
                (RDFS_LABEL, "label"),
                (KEY, "key"),
                (ID, "id"),
                (TEXT, "text"),
            )
        ),
        literal_lines(terms, nodes["properties"], TAKEN, end),
    ]
    return frame.select(pl.concat_str(lines, separator="\n", ignore_nulls=True).alias("block"))[
        "block"
    ]


def _line(predicate: str, value: pl.Expr, marks: str, end: str) -> pl.Expr:
    first, last = marks[0], marks[1]
    return pl.concat_str("term", pl.lit(f" <{predicate}> {first}"), value, pl.lit(f"{last}{end}"))
