"""Tables of a graph → the pandas frames that kglite loads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import polars as pl

from kgrec.graph.schema import EDGES

_OWN = ("key", "id", "kind", "type", "label", "text", "title")
"""Properties that every node has; a literal of the same name gets an underscore behind it."""


@dataclass(frozen=True)
class EdgeFrame:
    """All edges of one relation between two kinds of node.

    :ivar data: columns ``head, tail`` (ids) and the properties ``columns``
    """

    relation: str
    head_kind: str
    tail_kind: str
    data: Any
    columns: list[str]


def node_frame(nodes: pl.DataFrame) -> Any:
    """Nodes of one kind with their literals as columns; columns without any value are left out."""
    table = nodes.select("key", "id", "kind", "type", "label", "text").hstack(_literals(nodes))
    kept = [column for column in table if column.name in _OWN or column.count()]
    if not nodes["text"].count():
        kept = [column for column in kept if column.name != "text"]
    return _pandas(pl.DataFrame(kept))


def edge_frames(edges: pl.DataFrame) -> Iterator[EdgeFrame]:
    """Split edges by relation and kinds, the only way in which kglite takes them."""
    split = edges.with_columns(
        pl.col("head").str.extract(r"^(\w+):", 1).alias("head_kind"),
        pl.col("tail").str.extract(r"^(\w+):", 1).alias("tail_kind"),
        pl.col("head", "tail").str.replace(r"^\w+:", ""),
    )
    groups = split.group_by("relation", "head_kind", "tail_kind", maintain_order=True)
    for (relation, head_kind, tail_kind), part in groups:
        columns = [name for name in _properties(part) if part[name].count()]
        data = _pandas(part.select("head", "tail", *columns))
        yield EdgeFrame(str(relation), str(head_kind), str(tail_kind), data, columns)


def _properties(edges: pl.DataFrame) -> list[str]:
    names = [name for name in EDGES.names() if name not in ("head", "relation", "tail")]
    plain_fact = not edges["split"].count() and (edges["weight"] == 1).all()
    return [name for name in names if not (name == "weight" and plain_fact)]


def _literals(nodes: pl.DataFrame) -> pl.DataFrame:
    if (nodes["properties"] == "{}").all():
        return pl.DataFrame()
    decoded = nodes["properties"].str.json_decode(infer_schema_length=None)
    frame = decoded.struct.unnest()
    return frame.rename({name: f"{name}_" for name in frame.columns if name in _OWN})


def _pandas(table: pl.DataFrame) -> Any:
    return pd.DataFrame({column.name: _array(column) for column in table})


def _array(column: pl.Series) -> Any:
    if column.dtype.is_integer() and column.null_count():
        return pd.array(column.to_list(), dtype="Int64")
    if column.dtype.is_numeric():
        return column.to_numpy()
    return pd.Series(column.to_list(), dtype=object)
