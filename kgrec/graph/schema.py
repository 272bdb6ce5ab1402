"""Columns of the two tables of a graph, and the keys of its nodes."""

from __future__ import annotations

from typing import Literal

import polars as pl

Kind = Literal["user", "item", "entity"]

NODES = pl.Schema(
    {
        "key": pl.String(),
        "kind": pl.String(),
        "id": pl.String(),
        "type": pl.String(),
        "label": pl.String(),
        "text": pl.String(),
        "properties": pl.String(),
    }
)
"""``key`` is unique; ``properties`` is a JSON object of literals: strings, numbers, truth values,
lists of them, and JSON-LD value objects where that is not enough: ``{"@value": "1999-03-31",
"@type": "xsd:date"}``, ``{"@value": "Matrix", "@language": "de"}``."""

EDGES = pl.Schema(
    {
        "head": pl.String(),
        "relation": pl.String(),
        "tail": pl.String(),
        "weight": pl.Float64(),
        "timestamp": pl.Int64(),
        "event": pl.String(),
        "split": pl.String(),
        "properties": pl.String(),
    }
)
"""``head`` and ``tail`` are keys; ``event`` is the kind of an interaction (``"purchase"``);
``split`` is ``train`` or ``valid``, and null for facts; ``properties`` is a JSON object of
literals, or null. Two nodes may have several edges of one relation: time and event tell them
apart."""

IDENTITY = ["head", "relation", "tail", "timestamp", "event"]
"""The columns that no two edges share."""

TRIPLE = ["head", "relation", "tail"]


def key(kind: str, id: str) -> str:
    """The key of a node: ``"item:42"``. The kind in front keeps ids of different kinds apart."""
    return f"{kind}:{id}"


def kind_of(node: str) -> str:
    """The kind of a node, from its key."""
    return node.partition(":")[0]


def id_of(node: str) -> str:
    """The id of a node, from its key."""
    return node.partition(":")[2]


def key_expr(kind: str | pl.Expr, id: str) -> pl.Expr:
    """Keys, from a kind (a word, or an expression for a column of them) and a column of ids."""
    first = pl.lit(kind) if isinstance(kind, str) else kind
    return pl.concat_str(first, pl.lit(":"), pl.col(id))


def as_edges(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill in the columns that ``frame`` lacks (weight 1) and put all in order."""
    defaults = {"weight": 1.0} | dict.fromkeys(("timestamp", "event", "split", "properties"))
    missing = {name: value for name, value in defaults.items() if name not in frame.columns}
    filled = frame.with_columns(pl.lit(value).alias(name) for name, value in missing.items())
    return filled.select(pl.col(name).cast(dtype) for name, dtype in EDGES.items())
