"""Tables of a graph → the pandas frames and the rows that kglite loads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.graph.schema import EDGES, TRIPLE
from kgrec.graph.stores.columns import literal_columns

_NODE = ("key", "id", "kind", "type", "label", "text", "title")
_EDGE = ("weight", "timestamp", "event", "split")
Row = dict[str, Any]


@dataclass(frozen=True)
class EdgeFrame:
    """All edges of one relation between two kinds of node.

    :ivar data: columns ``head, tail`` (ids) and the properties ``columns``; one edge for each pair
    :ivar parallel: further edges between the same nodes, as :func:`edge_rows` gives them
    """

    relation: str
    head_kind: str
    tail_kind: str
    data: Any
    columns: list[str]
    parallel: list[Row]


def node_frame(nodes: pl.DataFrame) -> Any:
    """Nodes of one kind with their literals as columns; columns without any value are left out."""
    table = nodes.select("key", "id", "kind", "type", "label", "text")
    columns: dict[str, Any] = {
        column.name: column for column in table if column.name != "text" or column.count()
    }
    return _pandas({**columns, **literal_columns(nodes["properties"], _NODE)})


def edge_frames(edges: pl.DataFrame) -> Iterator[EdgeFrame]:
    """Split edges by relation and kinds, the only way in which kglite takes them."""
    for relation, head_kind, tail_kind, part in _split(edges):
        several = part.select(pl.struct("head", "tail").is_duplicated()).to_series()
        first, others = part, part.clear()
        if several.any():
            is_first = part.select(pl.struct("head", "tail").is_first_distinct()).to_series()
            first, others = part.filter(is_first), part.filter(~is_first)
        columns = _columns(first)
        ends = {"head": first["head"], "tail": first["tail"]}
        data = _pandas({**ends, **columns})
        yield EdgeFrame(relation, head_kind, tail_kind, data, list(columns), _rows(others))


def edge_rows(edges: pl.DataFrame) -> Iterator[tuple[str, str, str, list[Row]]]:
    """Relation, label of the heads, label of the tails, and ``{"head", "tail", "properties"}``."""
    for relation, head_kind, tail_kind, part in _split(edges):
        yield relation, head_kind.capitalize(), tail_kind.capitalize(), _rows(part)


def _split(edges: pl.DataFrame) -> Iterator[tuple[str, str, str, pl.DataFrame]]:
    kinds = edges.with_columns(
        pl.col("head").str.extract(r"^(\w+):", 1).alias("head_kind"),
        pl.col("tail").str.extract(r"^(\w+):", 1).alias("tail_kind"),
        pl.col("head", "tail").str.replace(r"^\w+:", ""),
    )
    for names, part in kinds.group_by("relation", "head_kind", "tail_kind", maintain_order=True):
        relation, head_kind, tail_kind = map(str, names)
        yield relation, head_kind, tail_kind, part.select(EDGES.names())


def _columns(edges: pl.DataFrame) -> dict[str, Any]:
    plain_fact = not edges["split"].count() and (edges["weight"] == 1).all()
    own = {
        name: edges[name]
        for name in _EDGE
        if edges[name].count() and not (name == "weight" and plain_fact)
    }
    return {**own, **literal_columns(edges["properties"], (*_EDGE, "head", "tail"))}


def _rows(edges: pl.DataFrame) -> list[Row]:
    if not edges.height:
        return []
    columns = {name: list(values) for name, values in _columns(edges).items()}
    rows = []
    for number, (head, _, tail) in enumerate(edges.select(TRIPLE).iter_rows()):
        properties = {name: values[number] for name, values in columns.items()}
        kept = {name: value for name, value in properties.items() if value is not None}
        rows.append({"head": head, "tail": tail, "properties": kept})
    return rows


def _pandas(columns: dict[str, Any]) -> Any:
    import pandas as pd  # slow to import, and only this view needs it

    return pd.DataFrame({name: _array(values) for name, values in columns.items()})


def _array(column: pl.Series | list[Any]) -> Any:
    import pandas as pd

    if isinstance(column, list):
        column = pl.Series(column)
    if isinstance(column.dtype, pl.List):
        return pd.Series(column.to_list(), dtype=object)
    if column.dtype.is_integer() and column.null_count():
        return pd.array(column.to_list(), dtype="Int64")
    if column.dtype.is_numeric():
        return column.to_numpy()
    return pd.Series(column.to_list(), dtype=object)
