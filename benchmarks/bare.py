"""What one would write by hand against each library: the measure for kgrec's stores."""

from __future__ import annotations

import json
import os
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


def bolt_load(address: str, nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
    """The same by UNWIND and MERGE under labels of its own, in an otherwise empty database."""
    import neo4j

    auth = (os.environ["NEO4J_USERNAME"], os.environ["NEO4J_PASSWORD"])
    database = os.environ.get("NEO4J_DATABASE")
    with (
        neo4j.GraphDatabase.driver(address, auth=auth) as driver,
        driver.session(database=database) as session,
    ):
        for (kind, name), part in nodes.group_by("kind", "type"):
            label = f"Bare{KINDS[kind]}"
            session.run(
                f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.key IS UNIQUE"
            ).consume()
            extra = f" SET n:Bare{name}" if name != KINDS[kind] else ""
            query = f"UNWIND $rows AS row MERGE (n:{label} {{key: row.key}}) SET n += row.p{extra}"
            for batch in part.iter_slices(_BATCH):
                _run(session, query, [_node(row) for row in batch.iter_rows(named=True)])
        for (relation,), part in edges.group_by("relation"):
            head, tail = (KINDS[part[end][0].partition(":")[0]] for end in ("head", "tail"))
            query = (
                f"UNWIND $rows AS row MATCH (a:Bare{head} {{key: row.head}}), "
                f"(b:Bare{tail} {{key: row.tail}}) MERGE (a)-[r:bare_{relation}]->(b) "
                "SET r += row.p"
            )
            for batch in part.iter_slices(_BATCH):
                _run(session, query, [_edge(row) for row in batch.iter_rows(named=True)])


def _run(session: Any, query: str, rows: list[dict[str, Any]]) -> None:
    session.execute_write(lambda transaction: transaction.run(query, rows=rows).consume())


def _node(row: dict[str, Any]) -> dict[str, Any]:
    own = {name: row[name] for name in ("id", "kind", "type", "label")}
    return {"key": row["key"], "p": {**own, **json.loads(row["properties"])}}


def _edge(row: dict[str, Any]) -> dict[str, Any]:
    names = ("weight", "timestamp", "split")
    properties = {name: row[name] for name in names if row[name] is not None}
    return {"head": row["head"], "tail": row["tail"], "p": properties}
