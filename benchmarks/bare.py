"""What one would write by hand against each library: the measure for kgrec's stores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

KINDS = {"user": "User", "item": "Item", "entity": "Entity"}
_BATCH = 10_000


def kglite_load(nodes: pl.DataFrame, edges: pl.DataFrame) -> Any:
    """The tables of a graph by add_nodes and add_relationships; literals as columns."""
    import kglite

    graph = kglite.KnowledgeGraph()
    for kind, label in KINDS.items():
        part = nodes.filter(pl.col("kind") == kind)
        graph.cypher(f"CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id IS UNIQUE")
        frame = part.select("key", "id", "kind", "type", "label")
        columns = {name: frame[name].to_list() for name in frame.columns}
        if part["properties"][0] != "{}":
            literals = [json.loads(text) for text in part["properties"]]
            columns |= {name: [row[name] for row in literals] for name in literals[0]}
        graph.add_nodes(pd.DataFrame(columns), label, "id", "label")
        for (name,), typed in part.group_by("type"):
            if name != label:
                graph.add_label(label, typed["id"].to_list(), name)
    for (relation,), part in edges.group_by("relation"):
        head, tail = (KINDS[part[end][0].partition(":")[0]] for end in ("head", "tail"))
        names = ["weight", "timestamp"] if relation == "interacted" else []
        ids = part.with_columns(pl.col("head", "tail").str.replace(r"^\w+:", ""))
        frame = pd.DataFrame({name: ids[name].to_list() for name in ("head", "tail", *names)})
        graph.add_relationships(frame, relation, head, "head", tail, "tail", columns=names)
    return graph.freeze()


def oxigraph_load(file: Path, folder: Path) -> None:
    """The triples of an N-Triples file into a store on disk."""
    import pyoxigraph

    store = pyoxigraph.Store(str(folder))
    store.bulk_load(path=str(file), format=pyoxigraph.RdfFormat.N_TRIPLES)
    store.flush()


def bolt_load(
    uri: str,
    auth: tuple[str, str],
    database: str,
    nodes: pl.DataFrame,
    edges: pl.DataFrame | None = None,
) -> None:
    """The same by UNWIND and MERGE, in batches of the same size."""
    import neo4j

    with (
        neo4j.GraphDatabase.driver(uri, auth=auth) as driver,
        driver.session(database=database) as session,
    ):
        session.run(
            "CREATE CONSTRAINT IF NOT EXISTS FOR (n:Node) REQUIRE n.key IS UNIQUE"
        ).consume()
        for (kind, name), part in nodes.group_by("kind", "type"):
            labels = ":".join(dict.fromkeys([KINDS[str(kind)], str(name)]))
            # ArcadeDB takes a node that gets labels for a second one with its key.
            query = (
                "UNWIND $rows AS row MERGE (n:Node {key: row.key}) "
                f"ON CREATE SET n.key = null, n:{labels} SET n = row"
            )
            for batch in part.iter_slices(_BATCH):
                _run(session, query, [_node(row) for row in batch.iter_rows(named=True)])
        if edges is None:
            return
        for (relation,), part in edges.group_by("relation"):
            query = (
                "UNWIND $rows AS row MATCH (a:Node {key: row.head}) MATCH (b:Node {key: row.tail}) "
                f"MERGE (a)-[r:{relation} {{moment: row.p.moment}}]->(b) SET r = row.p"
            )
            for batch in part.iter_slices(_BATCH):
                _run(session, query, [_edge(row) for row in batch.iter_rows(named=True)])


def _run(session: Any, query: str, rows: list[dict[str, Any]]) -> None:
    session.execute_write(lambda transaction: transaction.run(query, rows=rows).consume())


def _node(row: dict[str, Any]) -> dict[str, Any]:
    own = {name: row[name] for name in ("key", "id", "kind", "type", "label")}
    return {**own, **json.loads(row["properties"])}


def _edge(row: dict[str, Any]) -> dict[str, Any]:
    names = ("weight", "timestamp", "split")
    properties = {name: row[name] for name in names if row[name] is not None}
    moment = "" if row["timestamp"] is None else str(row["timestamp"])
    return {"head": row["head"], "tail": row["tail"], "p": {**properties, "moment": moment}}
