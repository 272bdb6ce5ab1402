"""Tables of nodes and edges → a foreign graph."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kgrec.data.clean import as_frame
from kgrec.data.columns import as_text
from kgrec.data.dataset import Dataset
from kgrec.errors import DataError
from kgrec.graph.imports.dataset import to_dataset
from kgrec.graph.imports.foreign import EDGES, NODES, ForeignGraph
from kgrec.graph.imports.likely import likely_class
from kgrec.graph.imports.literals import to_json
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.names import listed

_ID = ("id", "node", "key", "node_id", "name")
_CLASS = ("labels", "label", "class", "type", "kind")
_HEAD = ("head", "source", "from", "subject", "start", "src")
_TAIL = ("tail", "target", "to", "object", "end", "dst")
_TYPE = ("relation", "type", "predicate", "label", "relationship")


def read_tables(nodes: object, edges: object, mapping: Mapping) -> Dataset:
    """Make a dataset of a table of nodes and a table of edges.

    :param nodes: a column ``id``, one with the class (``label``, ``type``, …, or the mapping's
        ``class_attribute``; text, lists of text or ``a|b``), and properties; a data frame of
        polars, pandas or Arrow
    :param edges: columns ``head`` and ``tail`` (or ``source`` and ``target``, …), one with the
        type, and properties
    :raises DataError: if a column is missing, or the mapping does not fit
    """
    return to_dataset(tables_graph(nodes, edges, mapping), mapping)


def tables_graph(nodes: object, edges: object, mapping: Mapping | None = None) -> ForeignGraph:
    """Bring a table of nodes and a table of edges into the common form.

    :param mapping: only its ``class_attribute`` and ``type_attribute`` count
    :raises DataError: if a column is missing
    """
    points, links = as_frame(nodes, "nodes"), as_frame(edges, "edges")
    id = _column(points, "nodes", _ID)
    class_ = _class_column(points, mapping.class_attribute if mapping else None, id)
    head, tail = _column(links, "edges", _HEAD), _column(links, "edges", _TAIL)
    given = mapping.type_attribute if mapping else None
    type_ = _column(links, "edges", [given] if given else _TYPE)
    names = as_text(points, id, "nodes")
    return ForeignGraph(
        nodes=pl.DataFrame(
            {
                "id": names,
                "labels": _labels(points[class_]) if class_ else [[]] * len(names),
                "properties": _json(points.drop(id, *([class_] if class_ else []))),
            },
            schema=NODES,
        )
        .drop_nulls("id")
        .unique("id", keep="first", maintain_order=True),
        edges=pl.DataFrame(
            {
                "head": as_text(links, head, "edges"),
                "type": as_text(links, type_, "edges"),
                "tail": as_text(links, tail, "edges"),
                "properties": _json(links.drop(head, type_, tail)),
            },
            schema=EDGES,
        ).drop_nulls(["head", "type", "tail"]),
        source="tables",
    )


def _column(frame: pl.DataFrame, file: str, names: Sequence[str]) -> str:
    by_case = {name.lower(): name for name in reversed(frame.columns)}
    found = next((by_case[name.lower()] for name in names if name.lower() in by_case), None)
    if found is None:
        raise DataError(
            f"there is no column {' or '.join(names)}",
            fix=f"rename one of {listed(frame.columns)}",
            file=file,
        )
    return found


def _class_column(frame: pl.DataFrame, given: str | None, id: str) -> str | None:
    if given is not None:
        return _column(frame, "nodes", [given])
    by_case = {name.lower(): name for name in frame.columns if name != id}
    return likely_class({by_case[name]: frame[by_case[name]] for name in _CLASS if name in by_case})


def _labels(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.String)).fill_null([])
    return column.cast(pl.String).str.split("|").fill_null([])


def _json(frame: pl.DataFrame) -> list[str]:
    if not frame.width:
        return ["{}"] * frame.height
    return [to_json(row) for row in frame.iter_rows(named=True)]
