"""What is to be done to bring a graph into Neo4j, in batches that are always the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.graph.content import Change, Content
from kgrec.graph.stores import neo4j_model as model
from kgrec.graph.stores.neo4j_rows import Row, edge_key, edge_rows, node_rows, slices


@dataclass(frozen=True)
class Batch:
    """Rows for one statement.

    :ivar statement: Cypher with the parameter ``rows``
    :ivar table: the part of a table that it is about
    :ivar rows: makes the rows of the table
    :ivar kind: of the nodes, if nodes are written
    :ivar node_type: of the nodes, if nodes are written
    """

    statement: str
    table: pl.DataFrame
    rows: Callable[[pl.DataFrame], list[Row]]
    kind: str = ""
    node_type: str = ""


@dataclass(frozen=True)
class Plan:
    """All batches of a write or of a change.

    :ivar digest: tells plans apart: the same content in the same order has the same
    :ivar rows: how many there are in all
    """

    digest: str
    batches: list[Batch]
    rows: int


def write_plan(content: Content, size: int) -> Plan:
    """Put all nodes, then all edges."""
    batches = [*_put_nodes(content.nodes, size), *_put_edges(content.edges, size)]
    return _plan([content.nodes, content.edges], content.header, size, batches)


def merge_plan(change: Change, header: Mapping[str, Any], size: int) -> Plan:
    """Drop edges and nodes, then put nodes and edges."""
    batches = [
        *drop_edges(change.removed_edges, size),
        *drop_nodes(change.removed_nodes, size),
        *_put_nodes(change.nodes, size),
        *_put_edges(change.edges, size),
    ]
    tables = [change.nodes, change.edges, change.removed_nodes, change.removed_edges]
    return _plan(tables, header, size, batches)


def drop_nodes(nodes: pl.DataFrame, size: int) -> Iterator[Batch]:
    """Remove nodes.

    :param nodes: column ``key``
    """
    for part in slices(nodes.select("key"), size):
        yield Batch(model.DROP_NODES, part, pl.DataFrame.to_dicts)


def drop_edges(edges: pl.DataFrame, size: int) -> Iterator[Batch]:
    """Remove edges.

    :param edges: the columns of :data:`~kgrec.graph.schema.IDENTITY`
    """
    yield from drop_keyed_edges(edges.select("head", "relation", "tail", edge_key()), size)


def drop_keyed_edges(keyed: pl.DataFrame, size: int) -> Iterator[Batch]:
    """Remove edges.

    :param keyed: columns ``head, relation, tail, kgrec``
    """
    for (relation,), group in keyed.group_by("relation", maintain_order=True):
        statement = model.drop_edges(str(relation))
        for part in slices(group, size):
            yield Batch(statement, part, pl.DataFrame.to_dicts)


def _put_nodes(nodes: pl.DataFrame, size: int) -> Iterator[Batch]:
    for (kind, node_type), group in nodes.group_by("kind", "type", maintain_order=True):
        statement = model.put_nodes(str(kind), str(node_type))
        for part in slices(group, size):
            yield Batch(statement, part, node_rows, str(kind), str(node_type))


def _put_edges(edges: pl.DataFrame, size: int) -> Iterator[Batch]:
    for (relation,), group in edges.group_by("relation", maintain_order=True):
        statement = model.put_edges(str(relation))
        for part in slices(group, size):
            yield Batch(statement, part, edge_rows)


def _plan(
    tables: Iterable[pl.DataFrame], header: Mapping[str, Any], size: int, batches: list[Batch]
) -> Plan:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps([header, size], sort_keys=True, ensure_ascii=True).encode())
    for table in tables:
        digest.update(table.hash_rows(seed=0).to_numpy().tobytes())
    return Plan(digest.hexdigest(), batches, sum(batch.table.height for batch in batches))
