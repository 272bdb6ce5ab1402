"""What is left in Neo4j of an earlier graph."""

from __future__ import annotations

import polars as pl

from kgrec.graph.content import Content
from kgrec.graph.schema import TRIPLE
from kgrec.graph.stores import cypher_walks
from kgrec.graph.stores.neo4j_batches import Batch, drop_keyed_edges, drop_nodes
from kgrec.graph.stores.neo4j_connection import Connection
from kgrec.graph.stores.neo4j_model import EDGE_KEY, SCOPE
from kgrec.graph.stores.neo4j_read import stored_identities, stored_keys
from kgrec.graph.stores.neo4j_rows import edge_key


def stale_batches(connection: Connection, content: Content, size: int) -> list[Batch]:
    """Batches that remove whatever is not in ``content``, all of which is in the database."""
    found = cypher_walks.count(connection.rows, SCOPE)
    batches: list[Batch] = []
    if sum(found.edges.values()) > content.edges.height:
        known = content.edges.select(*TRIPLE, edge_key())
        stored = pl.concat(stored_identities(connection))
        stale = stored.join(known, on=[*TRIPLE, EDGE_KEY], how="anti")
        batches += drop_keyed_edges(stale, size)
    if sum(found.nodes.values()) > content.nodes.height:
        stale = pl.concat(stored_keys(connection)).join(content.nodes, on="key", how="anti")
        batches += drop_nodes(stale, size)
    return batches
