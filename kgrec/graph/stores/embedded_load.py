"""Tables → kglite: the whole graph in bulk, a change by queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import kglite
import polars as pl

from kgrec.callbacks import Progress
from kgrec.graph.content import Change, Content
from kgrec.graph.cypher import quote_name, relationship
from kgrec.graph.schema import IDENTITY
from kgrec.graph.stores.frames import EdgeFrame, edge_frames, edge_rows, node_frame

KINDS = ("user", "item", "entity")
_LABELS = tuple(kind.capitalize() for kind in KINDS)


@dataclass
class View:
    """A live kglite graph.

    :ivar graph: the graph
    :ivar keys: the key of every node, at kglite's internal number; ``None`` for a removed node
    """

    graph: Any
    keys: list[str | None]


def load(content: Content, progress: Progress) -> View:
    """Fill a new kglite graph."""
    graph = kglite.KnowledgeGraph()
    graph.set_auto_vacuum(None)  # would number the nodes anew
    keys: list[str | None] = []
    with progress.stage("Loading the embedded store", total=content.edges.height) as bar:
        for kind, label in zip(KINDS, _LABELS, strict=True):
            part = content.nodes.filter(pl.col("kind") == kind)
            # Without the constraint a second node of one id would silently hide the first.
            graph.cypher(f"CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id IS UNIQUE")
            _add_nodes(graph, label, part)
            keys += part["key"].to_list()
        for frame in edge_frames(content.edges):
            _add_edges(graph, frame)
            bar.advance(len(frame.data) + len(frame.parallel))
    return View(graph, keys)


def follow(view: View, before: Content, change: Change) -> View:
    """Bring a graph to its next version.

    :param before: what it holds now
    """
    graph, keys = view.graph, list(view.keys)
    gone = pl.concat([change.removed_edges, change.edges.select(IDENTITY)])
    _remove_edges(graph, before.edges.join(gone, on=IDENTITY, how="semi", nulls_equal=True))
    _remove_nodes(graph, change.removed_nodes["key"])
    old_types = before.nodes.join(change.nodes.select("key"), on="key", how="semi")
    _unlabel(graph, old_types)
    for kind, label in zip(KINDS, _LABELS, strict=True):
        _add_nodes(graph, label, change.nodes.filter(pl.col("kind") == kind), replace=True)
    fresh = change.nodes.join(old_types.select("key"), on="key", how="anti")
    for number, key in _numbers(graph, fresh):
        keys += [None] * (number + 1 - len(keys))
        keys[number] = key
    for relation, head, tail, rows in edge_rows(change.edges):
        _create(graph, relation, head, tail, rows)
    return View(graph, keys)


def _add_nodes(graph: Any, label: str, nodes: pl.DataFrame, *, replace: bool = False) -> None:
    if not nodes.height:
        return
    handling = "replace" if replace else None
    graph.add_nodes(node_frame(nodes), label, "id", "label", conflict_handling=handling)
    for (type_name,), part in nodes.group_by("type", maintain_order=True):
        if type_name != label:
            graph.add_label(label, part["id"].to_list(), type_name)


def _unlabel(graph: Any, nodes: pl.DataFrame) -> None:
    """Take their types from nodes, which may be about to get others."""
    for (kind, type_name), part in nodes.group_by("kind", "type"):
        if str(kind).capitalize() != type_name:
            graph.remove_label(str(kind).capitalize(), part["id"].to_list(), type_name)


def _add_edges(graph: Any, frame: EdgeFrame) -> None:
    head, tail = frame.head_kind.capitalize(), frame.tail_kind.capitalize()
    graph.add_relationships(
        frame.data, frame.relation, head, "head", tail, "tail", columns=frame.columns
    )
    # A second load of a relation merges edges between the same two nodes; a query never does.
    _create(graph, frame.relation, head, tail, frame.parallel)


def _create(graph: Any, relation: str, head: str, tail: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    graph.cypher(
        f"UNWIND $rows AS row MATCH (a:{head} {{id: row.head}}), (b:{tail} {{id: row.tail}}) "
        f"CREATE (a)-[r:{quote_name(relation)}]->(b) SET r += row.properties",
        params={"rows": rows},
    )


def _remove_edges(graph: Any, edges: pl.DataFrame) -> None:
    for relation, head, tail, rows in edge_rows(edges):
        edge, condition = relationship(relation, "r")
        pattern = edge if condition else edge.replace("[", "[r", 1)
        graph.cypher(
            f"UNWIND $rows AS row "
            f"MATCH (a:{head} {{id: row.head}})-{pattern}->(b:{tail} {{id: row.tail}}) "
            f"WHERE coalesce(r.timestamp, '') = coalesce(row.properties.timestamp, '') "
            f"AND coalesce(r.event, '') = coalesce(row.properties.event, '')"
            f"{' AND ' + condition if condition else ''} DELETE r",
            params={"rows": rows},
        )


def _remove_nodes(graph: Any, keys: pl.Series) -> None:
    for kind, label in zip(KINDS, _LABELS, strict=True):
        ids = keys.filter(keys.str.starts_with(f"{kind}:")).str.strip_prefix(f"{kind}:").to_list()
        if ids:
            graph.cypher(
                f"UNWIND $ids AS id MATCH (n:{label} {{id: id}}) DETACH DELETE n",
                params={"ids": ids},
            )


def _numbers(graph: Any, nodes: pl.DataFrame) -> Iterator[tuple[int, str]]:
    """kglite's internal number of each node, and its key."""
    for (kind,), part in nodes.group_by("kind"):
        rows = graph.cypher(
            f"UNWIND $ids AS id MATCH (n:{str(kind).capitalize()} {{id: id}}) RETURN n",
            params={"ids": part["id"].to_list()},
        )
        for row in rows:
            yield row["n"]["id"], row["n"]["properties"]["key"]
