"""Edges as lines: the direct triple, and a node of its own where a triple cannot say all."""

from __future__ import annotations

import polars as pl

from kgrec.graph.rdf.escape import escaped
from kgrec.graph.rdf.iris import edge_iris
from kgrec.graph.rdf.literals import PROPERTIES, literal_lines
from kgrec.graph.rdf.namespaces import KEY, KG, RDF, RDF_TYPE, XSD
from kgrec.graph.schema import TRIPLE
from kgrec.vocabulary import INTERACTED

USER, ITEM = f"{KG}user", f"{KG}item"
SUBJECT, PREDICATE, OBJECT = f"{RDF}subject", f"{RDF}predicate", f"{RDF}object"
WEIGHT, TIMESTAMP, EVENT, SPLIT = (
    f"{KG}{name}" for name in ("weight", "timestamp", "event", "split")
)
VALUES = {WEIGHT: "weight", TIMESTAMP: "timestamp", EVENT: "event", SPLIT: "split"}
TAKEN = frozenset({RDF_TYPE, KEY, USER, ITEM, SUBJECT, PREDICATE, OBJECT, PROPERTIES, *VALUES})
"""Predicates that an edge's literals cannot have."""


def is_plain() -> pl.Expr:
    """Whether a triple says all there is to say of an edge."""
    nothing = pl.all_horizontal(pl.col("timestamp", "event", "split").is_null())
    no_literals = pl.col("properties").is_null() | (pl.col("properties") == "{}")
    return (pl.col("relation") != INTERACTED) & (pl.col("weight") == 1) & nothing & no_literals


def needs_node(edges: pl.DataFrame) -> pl.Series:
    """Which edges need a node of their own.

    A triple without one *is* an edge; so a plain edge needs one, too, if there is another edge
    between its ends that has one.
    """
    plain = edges.select("relation", "head", "tail", is_plain().alias("plain"))
    others = plain.filter(~pl.col("plain") & (pl.col("relation") != INTERACTED))
    if others.is_empty():
        return ~plain["plain"]
    marked = plain.join(
        others.select(*TRIPLE, beside=True).unique(),
        on=TRIPLE,
        how="left",
        maintain_order="left",
    )
    return marked.select(~pl.col("plain") | pl.col("beside").is_not_null())["plain"]


def triple_lines(heads: pl.Series, relations: pl.Series, tails: pl.Series, end: str) -> pl.Series:
    """The direct triples; all three as terms."""
    frame = pl.DataFrame({"head": heads, "relation": relations, "tail": tails})
    line = pl.concat_str("head", "relation", "tail", separator=" ") + end
    return frame.select(line.alias("line"))["line"]


def node_blocks(
    edges: pl.DataFrame, heads: pl.Series, relations: pl.Series, tails: pl.Series, end: str
) -> pl.Series:
    """Describe edges as nodes: interactions, and other facts as statements.

    :param heads: as terms, like ``relations`` and ``tails``
    :return: for each edge its lines
    """
    iris = edge_iris(edges)
    frame = edges.with_columns(
        edge=pl.lit("<") + iris + ">", head_=heads, relation_=relations, tail_=tails
    )
    literals = literal_lines(frame["edge"], frame["properties"], TAKEN, end)
    lines = [*_ends(end), *_values(end), literals]
    return frame.select(pl.concat_str(lines, separator="\n", ignore_nulls=True).alias("block"))[
        "block"
    ]


def _ends(end: str) -> list[pl.Expr]:
    is_act = pl.col("relation") == INTERACTED
    types = pl.when(is_act).then(pl.lit(f"{KG}Interaction")).otherwise(pl.lit(f"{RDF}Statement"))
    first = pl.when(is_act).then(pl.lit(USER)).otherwise(pl.lit(SUBJECT))
    last = pl.when(is_act).then(pl.lit(ITEM)).otherwise(pl.lit(OBJECT))
    middle = pl.concat_str("edge", pl.lit(f" <{PREDICATE}> "), "relation_", pl.lit(end))
    return [
        pl.concat_str("edge", pl.lit(f" <{RDF_TYPE}> <"), types, pl.lit(f">{end}")),
        pl.concat_str("edge", pl.lit(" <"), first, pl.lit("> "), "head_", pl.lit(end)),
        pl.when(~is_act).then(middle),
        pl.concat_str("edge", pl.lit(" <"), last, pl.lit("> "), "tail_", pl.lit(end)),
    ]


def _values(end: str) -> list[pl.Expr]:
    """Without a line where there is no value."""
    return [
        pl.concat_str("edge", pl.lit(f' <{predicate}> "'), text, pl.lit(f'"{datatype}{end}'))
        for predicate, text, datatype in (
            (WEIGHT, _number("weight"), f"^^<{XSD}double>"),
            (TIMESTAMP, pl.col("timestamp").cast(pl.String), f"^^<{XSD}integer>"),
            (EVENT, escaped(pl.col("event")), ""),
            (SPLIT, escaped(pl.col("split")), ""),
        )
    ]


def _number(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String)
    return text.replace({"inf": "INF", "-inf": "-INF"})
