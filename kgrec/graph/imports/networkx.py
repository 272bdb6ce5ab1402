"""Graphs of networkx → a foreign graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import networkx as nx
import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.errors import DataError
from kgrec.graph.imports.dataset import to_dataset
from kgrec.graph.imports.foreign import EDGES, NODES, ForeignGraph
from kgrec.graph.imports.likely import likely_class
from kgrec.graph.imports.literals import to_json
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.names import listed

_CLASS = ("labels", "label", "type", "kind", "class", "node_type", "category")
_TYPE = ("relation", "type", "label", "kind", "predicate", "rel", "edge_type")
UNTYPED = "linked"
"""The type of an edge that has none."""


def read_networkx(graph: nx.Graph, mapping: Mapping) -> Dataset:
    """Make a dataset of a graph of networkx, directed or not, with one edge or several.

    :param graph: nodes and edges with attributes
    :param mapping: which part of it is what
    :raises DataError: if the mapping does not fit
    """
    return to_dataset(networkx_graph(graph, mapping), mapping)


def networkx_graph(graph: nx.Graph, mapping: Mapping | None = None) -> ForeignGraph:
    """Bring a graph of networkx into the common form; an undirected edge gets a direction.

    :param mapping: only its ``class_attribute`` and ``type_attribute`` count
    :raises DataError: if it names an attribute that no node or edge has
    """
    names = _unique_names(graph.nodes)
    class_ = _attribute(
        [data for _, data in graph.nodes(data=True)],
        mapping.class_attribute if mapping else None,
        _CLASS,
        "class_attribute",
    )
    triples = list(_edges(graph))
    given = mapping.type_attribute if mapping else None
    type_ = _attribute([data for *_, data in triples], given, _TYPE, "type_attribute")
    return ForeignGraph(
        nodes=pl.DataFrame(
            [
                (names[node], _labels(data.get(class_)), to_json(_without(data, class_)))
                for node, data in graph.nodes(data=True)
            ],
            schema=NODES,
            orient="row",
        ),
        edges=pl.DataFrame(
            [
                (names[head], _type(key, data, type_), names[tail], to_json(_without(data, type_)))
                for head, tail, key, data in triples
            ],
            schema=EDGES,
            orient="row",
        ),
        source=str(graph.graph.get("name") or "networkx graph"),
    )


def _unique_names(nodes: Iterable[Any]) -> dict[Any, str]:
    """Names of nodes as text; ``1`` and ``"1"`` are two nodes and stay two."""
    texts = {node: node if isinstance(node, str) else str(node) for node in nodes}
    counts = Counter(texts.values())
    return {
        node: text if counts[text] == 1 or isinstance(node, str) else f"{text} ({_kind(node)})"
        for node, text in texts.items()
    }


def _kind(node: Any) -> str:
    return type(node).__name__


def _edges(graph: nx.Graph) -> Iterable[tuple[Any, Any, Any, dict[str, Any]]]:
    if graph.is_multigraph():
        return graph.edges(keys=True, data=True)  # type: ignore[no-any-return]
    return ((head, tail, None, data) for head, tail, data in graph.edges(data=True))


def _attribute(
    rows: Sequence[dict[str, Any]], given: str | None, usual: Sequence[str], key: str
) -> str | None:
    """The attribute with class or type: the given one, else a usual one with few values."""
    present = {str(name) for data in rows for name in data}
    if given is not None:
        if given not in present:
            raise DataError(
                f"the mapping's '{key}' names the attribute '{given}', which is not in the graph",
                fix=f"the attributes are {listed(sorted(present))}",
            )
        return given
    there = [name for name in usual if name in present]
    columns = [[data.get(name) for data in rows] for name in there]
    return likely_class(dict(zip(there, columns, strict=True)))


def _labels(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(map(str, value))
    # Neo4j and apoc write ":Person:Actor" where one string holds several labels.
    return (
        [part for part in str(value).split(":") if part]
        if str(value).startswith(":")
        else [str(value)]
    )


def _type(key: Any, data: dict[str, Any], attribute: str | None) -> str:
    value = data.get(attribute) if attribute else None
    if value is not None:
        return str(value)
    return key if isinstance(key, str) and key else UNTYPED


def _without(data: dict[str, Any], name: str | None) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}
