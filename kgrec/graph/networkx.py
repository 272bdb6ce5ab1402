"""A graph for networkx, the exchange format that every graph library reads, and as GraphML."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import networkx as nx
import polars as pl

from kgrec.data.atomic import replaced_file
from kgrec.errors import StoreError
from kgrec.graph.content import Content
from kgrec.graph.schema import EDGES, NODES

_HEADER = "kgrec"
# What XML 1.0 cannot hold in any spelling.
_NOT_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"


def to_networkx(content: Content) -> nx.MultiDiGraph:
    """Copy nodes and edges with all their columns; ``properties`` become dicts.

    :return: nodes are named by their keys; an edge's key is its relation, and for a further edge of
        that relation between the same nodes the relation and a number; the header of the graph is
        ``graph.graph["kgrec"]``
    """
    graph = nx.MultiDiGraph()
    graph.graph[_HEADER] = dict(content.header)
    for row in _rows(content.nodes):
        graph.add_node(row.pop("key"), **row)
    for row in _rows(content.edges):
        head, tail, relation = row.pop("head"), row.pop("tail"), row["relation"]
        key, number = relation, 1
        while graph.has_edge(head, tail, key):
            number += 1
            key = f"{relation} #{number}"
        graph.add_edge(head, tail, key=key, **row)
    return graph


def is_ours(graph: nx.Graph) -> bool:
    """Whether :func:`to_networkx` made this graph."""
    return _HEADER in graph.graph


def from_networkx(graph: nx.MultiDiGraph) -> Content:
    """Undo :func:`to_networkx`."""
    nodes = [{**row, "key": key} for key, row in graph.nodes(data=True)]
    edges = [{**row, "head": head, "tail": tail} for head, tail, row in graph.edges(data=True)]
    return Content(_table(nodes, NODES), _table(edges, EDGES), graph.graph[_HEADER])


def write_graphml(content: Content, path: Path) -> None:
    """Write GraphML, whole or not at all; ``properties`` and the header stand as JSON.

    :raises StoreError: if a text holds a character that XML cannot
    """
    _check_xml(content.nodes, "key")
    _check_xml(content.edges, "head")
    graph = nx.MultiDiGraph(**{_HEADER: json.dumps(content.header)})
    for row in content.nodes.iter_rows(named=True):
        graph.add_node(row.pop("key"), **_present(row))
    for number, row in enumerate(content.edges.iter_rows(named=True)):
        # Other tools want the names of edges to be unique in the whole file.
        graph.add_edge(row.pop("head"), row.pop("tail"), key=f"e{number}", **_present(row))
    with replaced_file(path) as fresh, fresh.open("wb") as file:
        nx.write_graphml(graph, _CarriageReturns(file))


def read_graphml(path: Path) -> Content:
    """Read what :func:`write_graphml` wrote.

    :raises StoreError: if the file is missing, is no GraphML, or holds no graph of kgrec's
    """
    try:
        graph = nx.read_graphml(path, force_multigraph=True)
    except FileNotFoundError:
        raise StoreError(f"{path}: there is no such file.") from None
    except (SyntaxError, ValueError, KeyError, nx.NetworkXError) as error:
        raise StoreError(f"{path}: not valid GraphML ({error}); write it again.") from error
    if not is_ours(graph):
        raise StoreError(
            f"{path}: kgrec did not write this graph; read it with networkx and import it with "
            "KnowledgeGraph.from_networkx(graph, mapping)."
        )
    graph.graph[_HEADER] = json.loads(graph.graph[_HEADER])
    return from_networkx(graph)


class _CarriageReturns:
    """A file in which a carriage return is written in the one way that XML parsers leave alone."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return self._file.write(data.replace(b"\r", b"&#13;"))


def _rows(table: pl.DataFrame) -> Iterable[dict[str, Any]]:
    for row in table.iter_rows(named=True):
        text = row["properties"]
        yield {**row, "properties": None if text is None else json.loads(text)}


def _table(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    for row in rows:
        if isinstance(row.get("properties"), dict):
            row["properties"] = json.dumps(row["properties"], ensure_ascii=False)
    columns = {name: [row.get(name) for row in rows] for name in schema.names()}
    return pl.DataFrame(columns, schema=schema)


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _check_xml(table: pl.DataFrame, name: str) -> None:
    texts = [column for column, kind in table.schema.items() if kind == pl.String]
    for column in texts:
        bad = table.filter(pl.col(column).str.contains(_NOT_XML))
        if bad.height:
            raise StoreError(
                f"GraphML cannot hold the control character in the {column} of "
                f"{bad[name][0]!r}; remove it, or export to .nq."
            )
