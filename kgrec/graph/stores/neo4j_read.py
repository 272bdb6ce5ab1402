"""Taking a graph out of Neo4j: streamed, and turned into columns batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.errors import StoreError
from kgrec.graph.content import Content
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.stores import neo4j_model as model
from kgrec.graph.stores.neo4j_connection import Connection
from kgrec.graph.stores.neo4j_rows import edge_table, node_table
from kgrec.graph.stores.neo4j_write import State, read_state

_NODES = f"MATCH (n:{model.NODE}) RETURN properties(n)"
_WHERE = f"WHERE r.{model.EDGE_KEY} IS NOT NULL"
_EDGES = f"MATCH (a:{model.NODE})-[r]->(b:{model.NODE}) {_WHERE} RETURN a.key, type(r), b.key, "
_KINDS = pl.Enum(["user", "item", "entity"])


def finished_state(connection: Connection) -> State:
    """What the header node says of a graph that is there whole.

    :raises StoreError: if there is no graph, or the writing of it was cut off
    """
    state = read_state(connection)
    if state is None or (state.header is None and state.writing is None):
        raise StoreError(f"{connection.place}: there is no graph of kgrec's; write one first.")
    if state.writing is not None or state.header is None:
        raise StoreError(
            f"{connection.place}: the writing of the graph was cut off, or is still going on; "
            "write it again to finish it."
        )
    return state


def read_content(connection: Connection, progress: Progress) -> Content:
    """Read the whole graph."""
    state = finished_state(connection)
    with progress.stage("Reading from Neo4j") as bar:
        nodes = _collect(connection, _NODES, node_table, NODES, bar.advance)
        edges = _collect(connection, _EDGES + "properties(r)", edge_table, EDGES, bar.advance)
    nodes = nodes.sort(pl.col("kind").cast(_KINDS), maintain_order=True)
    return Content(nodes, edges, json.loads(state.header or "{}"))


def stored_identities(connection: Connection) -> Iterator[pl.DataFrame]:
    """Head, relation, tail, and what tells edges apart, of all edges that are there."""
    schema = dict.fromkeys(["head", "relation", "tail", model.EDGE_KEY], pl.String)
    for rows in connection.read(f"{_EDGES}r.{model.EDGE_KEY}"):
        yield pl.DataFrame(rows, schema=schema, orient="row")


def stored_keys(connection: Connection) -> Iterator[pl.DataFrame]:
    """The keys of all nodes that are there."""
    for rows in connection.read(f"MATCH (n:{model.NODE}) RETURN n.key"):
        yield pl.DataFrame(rows, schema={"key": pl.String}, orient="row")


def _collect(
    connection: Connection,
    query: str,
    table: Callable[[list[tuple[Any, ...]]], pl.DataFrame],
    schema: pl.Schema,
    advance: Callable[[int], None],
) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=schema)]
    for rows in connection.read(query):
        parts.append(table(rows))
        advance(len(rows))
    return pl.concat(parts)
