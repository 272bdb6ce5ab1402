"""Carrying out a plan in Neo4j: batch by batch, each with its number in the same transaction."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import neo4j
import neo4j.exceptions

from kgrec.callbacks import Bar, Progress
from kgrec.errors import StoreError
from kgrec.graph.stores import neo4j_model as model
from kgrec.graph.stores.neo4j_batches import Batch, Plan
from kgrec.graph.stores.neo4j_connection import Connection
from kgrec.graph.stores.neo4j_errors import LOST

Transaction = neo4j.ManagedTransaction
_HEADER = f"(g:{model.GRAPH} {{key: 'graph'}})"
_ATTEMPTS = 4


@dataclass(frozen=True)
class State:
    """What the header node says.

    :ivar header: of the graph that is there; ``None`` if there is none yet
    :ivar identity: of the graph
    :ivar version: of the graph
    :ivar digest: of the last plan that was carried out whole
    :ivar writing: digest of the plan that is being carried out, or was cut off
    :ivar done: how many of its batches are finished
    :ivar fresh: whether nothing of kgrec's was there when it began
    """

    header: str | None = None
    identity: str | None = None
    version: int = 0
    digest: str | None = None
    writing: str | None = None
    done: int = 0
    fresh: bool = True


def read_state(connection: Connection) -> State | None:
    """What the header node says; ``None`` if there is none."""
    fields = [field.name for field in dataclasses.fields(State)]
    names = ", ".join(f"g.{field}" for field in fields)
    rows = connection.rows(f"MATCH {_HEADER} RETURN {names}")
    known = [
        {name: value for name, value in zip(fields, row, strict=True) if value is not None}
        for row in rows
    ]
    return State(**known[0]) if known else None


def prepare(connection: Connection) -> None:
    """Create the constraints and indexes."""
    for statement in model.SCHEMA:
        connection.run(statement)


def carry_out(connection: Connection, plan: Plan, progress: Progress) -> bool:
    """Carry out what is left of a plan, but for its last step, :func:`finish`.

    :return: whether there may be more in the store than the plan knows of
    :raises StoreError: if the connection is lost, or somebody else writes another graph meanwhile
    """
    state = _begin(connection, plan)
    with progress.stage("Writing to Neo4j", plan.rows) as bar:
        _report(bar, plan.batches[: state.done])
        for number, batch in enumerate(plan.batches[state.done :], start=state.done + 1):
            step = _step(batch, plan.digest, number, relabel=not state.fresh)
            try:
                _repeat(connection, step)
            except StoreError as error:
                if not isinstance(error.__cause__, LOST):
                    raise
                raise StoreError(
                    f"{error} {number - 1} of {len(plan.batches)} batches are written; the same "
                    "call goes on from there."
                ) from error
            _report(bar, [batch])
    return not state.fresh


def clear(connection: Connection, batches: Iterable[Batch]) -> None:
    """Carry out batches that need no number: doing them twice does no harm."""
    for batch in batches:
        _repeat(connection, _only(batch.statement, batch.rows(batch.table)))


def finish(connection: Connection, plan: Plan, header: Mapping[str, Any]) -> None:
    """Write the header, and that the plan is carried out."""
    values = {
        "header": json.dumps(header, ensure_ascii=False),
        "identity": header.get("identity"),
        "version": header.get("version", 0),
        "digest": plan.digest,
    }
    query = f"MATCH {_HEADER} SET g += $values REMOVE g.writing, g.done, g.fresh"
    _repeat(connection, lambda transaction: transaction.run(query, {"values": values}).consume())


def _begin(connection: Connection, plan: Plan) -> State:
    """Take the header node for this plan, or learn how far it got."""
    state = read_state(connection) or State()
    if state.writing == plan.digest:
        return state
    found = connection.rows(f"MATCH (n:{model.NODE}) RETURN n.key LIMIT 1")
    values = {"writing": plan.digest, "done": 0, "fresh": not found}
    query = f"MERGE {_HEADER} SET g += $values"
    _repeat(connection, lambda transaction: transaction.run(query, {"values": values}).consume())
    return State(writing=plan.digest, fresh=not found)


def _step(batch: Batch, digest: str, number: int, *, relabel: bool) -> Callable[[Transaction], Any]:
    rows = batch.rows(batch.table)

    def step(transaction: Transaction) -> None:
        if relabel and batch.kind:
            _relabel(transaction, batch, [row["key"] for row in rows])
        written = transaction.run(batch.statement, {"rows": rows}).single()
        if written is not None and written[0] != len(rows):
            raise StoreError("Nodes that were written are gone again; write the graph once more.")
        counted = transaction.run(
            f"MATCH {_HEADER} WHERE g.writing = $digest OR (g.writing IS NULL AND "
            "g.digest = $digest) SET g.done = CASE WHEN g.done > $number THEN g.done "
            "ELSE $number END RETURN count(g)",
            {"digest": digest, "number": number},
        ).single()
        if not counted or not counted[0]:
            raise StoreError(
                "Somebody else began to write another graph to this database; this write stops."
            )

    return step


def _only(statement: str, rows: list[dict[str, Any]]) -> Callable[[Transaction], Any]:
    return lambda transaction: transaction.run(statement, {"rows": rows}).consume()


def _relabel(transaction: Transaction, batch: Batch, keys: list[str]) -> None:
    """Nodes that are there already may be of another type."""
    query = model.misplaced_nodes(batch.kind, batch.node_type)
    found = transaction.run(query, {"keys": keys, "type": batch.node_type}).values()
    for old_type, moved in found:
        statement = model.relabel_nodes(batch.kind, batch.node_type, old_type)
        transaction.run(statement, {"keys": moved}).consume()


def _repeat(connection: Connection, step: Callable[[Transaction], Any]) -> None:
    """Another writer of the same graph may have been first to write a node: look again."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            connection.write(step)
            return
        except StoreError as error:
            if attempt == _ATTEMPTS or not isinstance(
                error.__cause__, neo4j.exceptions.ConstraintError
            ):
                raise


def _report(bar: Bar, batches: Iterable[Batch]) -> None:
    for batch in batches:
        bar.advance(batch.table.height)
