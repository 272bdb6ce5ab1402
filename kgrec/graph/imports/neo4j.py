"""Neo4j, and whatever else speaks Bolt → a foreign graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.data.dataset import Dataset
from kgrec.errors import GraphError
from kgrec.graph.cypher import quote_name
from kgrec.graph.imports.dataset import to_dataset
from kgrec.graph.imports.foreign import EDGES, NODES, ForeignGraph
from kgrec.graph.imports.literals import to_json
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.plan import check_names
from kgrec.graph.imports.profile import profile
from kgrec.graph.imports.schema import Schema
from kgrec.graph.stores.neo4j_model import EDGE_KEY, GRAPH, NODE

if TYPE_CHECKING:
    from kgrec.graph.stores.neo4j_connection import Connection
    from kgrec.graph.stores.neo4j_credentials import Auth

_SAMPLED_NODES = 1_000  # of each label
_SAMPLED_EDGES = 5_000  # of each relationship type
_MOST = 200  # labels and types that a sample looks at

# A database may also hold what kgrec wrote: that is no part of the graph of its user.
_OWN = (NODE, GRAPH)
_NODES = """
MATCH (n) WHERE none(label IN labels(n) WHERE label IN $dropped)
RETURN elementId(n), labels(n), properties(n)
"""
_EDGES = """
MATCH (a)-[r]->(b) WHERE NOT type(r) IN $without AND (r.kgrec IS NULL OR NOT $foreign)
  AND none(label IN labels(a) WHERE label IN $dropped)
  AND none(label IN labels(b) WHERE label IN $dropped)
RETURN elementId(a), type(r), elementId(b), properties(r)
"""


def read_neo4j(
    uri: str,
    mapping: Mapping,
    *,
    auth: Auth = None,
    database: str | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Make a dataset of a graph in Neo4j; nothing in the database is changed.

    :param uri: for instance ``bolt://localhost:7687``
    :param mapping: which labels are users and items, which relationships are interactions, …
    :param auth: user and password; by default those of the environment, see
        :class:`~kgrec.graph.stores.neo4j_connection.Connection`
    :param database: by default the server's own
    :param progress: receives one stage
    :raises StoreError: if the server cannot be reached, refuses, or goes away on the way
    :raises DataError: if the mapping does not fit
    """
    return to_dataset(neo4j_graph(uri, mapping, auth, database, progress), mapping)


def neo4j_graph(
    uri: str,
    mapping: Mapping,
    auth: Auth = None,
    database: str | None = None,
    progress: Progress | None = None,
) -> ForeignGraph:
    """Read a graph, but for the labels and relationships that the mapping leaves out."""
    with _connect(uri, auth, database) as connection:
        source = str(connection.place)
        labels, types, own = _names(connection)
        if labels:
            check_names(mapping, labels, types, source)
        without = {
            "dropped": [*mapping.drop_classes, *own],
            "without": list(mapping.drop_relations),
            "foreign": bool(own),
        }
        with (progress or Progress()).stage("Reading Neo4j") as bar:
            frames = []
            for query, schema in ((_NODES, NODES), (_EDGES, EDGES)):
                parts = [schema.to_frame()]
                for rows in connection.read(query, without):
                    parts.append(_frame(rows, schema))
                    bar.advance(len(rows))
                frames.append(pl.concat(parts))
    return ForeignGraph(
        frames[0],
        frames[1],
        source,
        public_ids=False,
        name=database or "neo4j",
        left_out=(*mapping.drop_classes, *mapping.drop_relations),
    )


def neo4j_sample(
    uri: str, auth: Auth = None, database: str | None = None
) -> tuple[ForeignGraph, Schema]:
    """Read a few nodes of each label and a few edges of each type, and count the others.

    What it costs depends on the number of labels and types, not on the size of the graph.
    """
    with _connect(uri, auth, database) as connection:
        labels, types, own = _names(connection)
        labels, types = labels[:_MOST], types[:_MOST]
        nodes = [NODES.to_frame(), *_sampled_nodes(connection, labels, own)]
        edges = [EDGES.to_frame()]
        for found, ends in _sampled_edges(connection, types, own):
            edges.append(found)
            nodes += ends
        foreign = ForeignGraph(
            nodes=pl.concat(nodes).unique("id", keep="first", maintain_order=True),
            edges=pl.concat(edges),
            source=str(connection.place),
            public_ids=False,
        )
        # Neo4j keeps these counts; it need not look at the nodes, unless some are kgrec's.
        counts = {
            name: _count(connection, f"(n:{quote_name(name)}){_not_own(own, 'n')}", "n")
            for name in labels
        }
        totals = {
            name: _count(connection, f"()-[r:{quote_name(name)}]->(){_not_own(own, r='r')}", "r")
            for name in types
        }
    return foreign, profile(foreign, classes=counts, types=totals)


def _connect(uri: str, auth: Auth, database: str | None) -> Connection:
    from kgrec.graph.stores.neo4j_connection import Connection

    return Connection(uri, auth, database)


def _names(connection: Connection) -> tuple[list[str], list[str], tuple[str, ...]]:
    """All labels and types, sorted; none where the server has no procedures that list them.

    :return: also kgrec's own labels, if its nodes are to be left out: unless there is nothing else
    """
    try:
        labels, types = (
            sorted(str(row[0]) for row in connection.rows(f"CALL db.{what}()"))
            for what in ("labels", "relationshipTypes")
        )
    except GraphError:
        return [], [], _OWN
    if not set(_OWN) & {part for name in labels for part in name.split("~")}:
        return labels, types, ()
    there = f"MATCH (n){_not_own(_OWN, 'n')} RETURN 1 LIMIT 1"
    if not connection.rows(there):
        return labels, types, ()
    return (
        [name for name in labels if _is_foreign(connection, f"(n:{quote_name(name)})", n="n")],
        [
            name
            for name in types
            if _is_foreign(connection, f"()-[r:{quote_name(name)}]->()", r="r")
        ],
        _OWN,
    )


def _is_foreign(connection: Connection, pattern: str, n: str = "", r: str = "") -> bool:
    return bool(connection.rows(f"MATCH {pattern}{_not_own(_OWN, n, r=r)} RETURN 1 LIMIT 1"))


def _not_own(own: Sequence[str], *nodes: str, r: str = "") -> str:
    """A condition that keeps what kgrec wrote out of a pattern."""
    terms = [f"NOT {node}:{label}" for node in nodes if node for label in own]
    terms += [f"{r}.{EDGE_KEY} IS NULL"] if r and own else []
    return f" WHERE {' AND '.join(terms)}" if terms else ""


def _frame(rows: list[tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    written = [(*row[:-1], to_json(row[-1])) for row in rows]
    return pl.DataFrame(written, schema=schema, orient="row")


def _sampled_nodes(
    connection: Connection, labels: list[str], own: Sequence[str]
) -> Iterator[pl.DataFrame]:
    for label in labels:
        query = (
            f"MATCH (n:{quote_name(label)}){_not_own(own, 'n')} "
            f"RETURN elementId(n), labels(n), properties(n) LIMIT {_SAMPLED_NODES}"
        )
        yield from (_frame(rows, NODES) for rows in connection.read(query))


def _sampled_edges(
    connection: Connection, types: list[str], own: Sequence[str]
) -> Iterator[tuple[pl.DataFrame, list[pl.DataFrame]]]:
    """Edges, and their ends without properties."""
    for name in types:
        query = (
            f"MATCH (a)-[r:{quote_name(name)}]->(b){_not_own(own, 'a', 'b', r='r')} "
            "RETURN elementId(a), type(r), elementId(b), properties(r), labels(a), labels(b) "
            f"LIMIT {_SAMPLED_EDGES}"
        )
        for rows in connection.read(query):
            ends = [
                pl.DataFrame(
                    [(row[id], row[labels], None) for row in rows], schema=NODES, orient="row"
                )
                for id, labels in ((0, 4), (2, 5))
            ]
            yield _frame([row[:4] for row in rows], EDGES), ends


def _count(connection: Connection, pattern: str, variable: str) -> int:
    return int(connection.rows(f"MATCH {pattern} RETURN count({variable})")[0][0])
