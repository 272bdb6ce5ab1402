"""Tables of a graph → the rows that Neo4j's driver takes, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from kgrec.graph.literals import dump, encode, literal_name, native, parse, same, stored_name
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.stores.neo4j_model import EDGE_KEY, JSON

Row = dict[str, Any]

_NODE = ("key", "id", "kind", "type", "label", "text")
_EDGE = ("weight", "timestamp", "event", "split")
_BATCH_BYTES = 8_000_000
"""A batch of long texts is cut here: the server holds all of a transaction in memory."""


def edge_key() -> pl.Expr:
    """What tells an edge apart from others of its relation between its nodes: time and event.

    Empty for an edge without either, ``"1600000000"``, ``"1600000000|purchase"``, ``"|purchase"``.
    """
    event = (pl.lit("|") + pl.col("event")).fill_null("")
    return pl.concat_str(pl.col("timestamp").cast(pl.String).fill_null(""), event).alias(EDGE_KEY)


def slices(table: pl.DataFrame, size: int) -> Iterator[pl.DataFrame]:
    """Cut a table into parts of up to ``size`` rows, fewer where texts are long."""
    texts = [name for name in ("text", "properties") if name in table.columns]
    row = pl.int_range(pl.len()) // size
    length = sum((pl.col(name).str.len_bytes().fill_null(0) for name in texts), pl.lit(0))
    part = pl.struct(row, (length.cast(pl.Int64).cum_sum() // _BATCH_BYTES).alias("bytes"))
    for count in table.select(part.rle().struct.field("len")).to_series() if table.height else ():
        yield table.head(count)
        table = table.slice(count)


def node_rows(nodes: pl.DataFrame) -> list[Row]:
    """All properties of each node."""
    rows = _without_empty(nodes.select(_NODE)).to_dicts()
    return _with_literals(rows, rows, nodes["properties"])


def edge_rows(edges: pl.DataFrame) -> list[Row]:
    """``head``, ``tail`` and ``properties`` of each edge."""
    plain = not edges["split"].count() and (edges["weight"] == 1).all()
    columns = [name for name in _EDGE if edges[name].count() and not (plain and name == "weight")]
    rows = edges.select(
        "head", "tail", pl.struct(edge_key(), *columns).alias("properties")
    ).to_dicts()
    return _with_literals(rows, [row["properties"] for row in rows], edges["properties"])


def native_properties(text: str | None) -> Row:
    """The literals of a node or an edge as properties; what they cannot say stands as JSON."""
    found: Row = {}
    inexact: Row = {}
    for name, value in parse(text).items():
        held, exact = native(value)
        storable = bool(name) and "\0" not in name
        if storable:
            found[stored_name(name)] = held
        # Not every server keeps the zone of a time.
        if not (exact and storable) or isinstance(held, datetime):
            inexact[name] = value
    return {**found, JSON: dump(inexact)} if inexact else found


def literals_of(properties: Mapping[str, Any]) -> str:
    """Undo :func:`native_properties`; a property that was changed since then counts as it is."""
    exact = parse(properties.get(JSON))
    found: Row = {}
    for stored, value in properties.items():
        name = literal_name(stored)
        if name is not None:
            found[name] = exact.pop(name) if _holds(exact.get(name), value) else encode(value)
            exact.pop(name, None)
    nameless = {name: value for name, value in exact.items() if not name or "\0" in name}
    return dump({**found, **nameless})


def _holds(exact: Any, value: Any) -> bool:
    if exact is None:
        return False
    held = native(exact)[0]
    timed = isinstance(held[0] if isinstance(held, list) and held else held, date)
    return timed or same(encode(held), encode(value))


def node_table(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Nodes, from rows of one map of properties each."""
    maps = [row[0] for row in rows]
    columns = {name: [properties.get(name) for properties in maps] for name in _NODE}
    columns["properties"] = [_json(properties, len(_NODE)) for properties in maps]
    return pl.DataFrame(columns, schema=NODES)


def edge_table(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Edges, from rows of head, relation, tail and a map of properties."""
    heads, relations, tails, maps = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns: dict[str, Any] = {"head": heads, "relation": relations, "tail": tails}
    columns |= {name: [properties.get(name) for properties in maps] for name in _EDGE}
    columns["properties"] = [_json(properties, 0) for properties in maps]
    table = pl.DataFrame(columns, schema={name: EDGES[name] for name in EDGES})
    return table.with_columns(
        pl.col("weight").fill_null(1.0),
        pl.when(pl.col("properties") != "{}").then("properties"),
    )


def _json(properties: Mapping[str, Any], own: int) -> str:
    return "{}" if own and len(properties) <= own - 1 else literals_of(properties)


def _without_empty(table: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame([column for column in table if column.count()])


def _with_literals(rows: list[Row], into: list[Row], properties: pl.Series) -> list[Row]:
    if properties.count() and not properties.is_in(["{}"]).all():
        for target, text in zip(into, properties, strict=True):
            if text is not None and text != "{}":
                target.update(native_properties(text))
    return rows
