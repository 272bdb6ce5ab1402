"""The answer to a query: plain Python values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.drawing.html import block, table
from kgrec.graph.rdf import node_iri
from kgrec.vocabulary.turtle import is_iri

_SHOWN = 50


@dataclass(frozen=True)
class QueryResult:
    """Columns and rows.

    A node is a dict ``{"key", "id", "label", "kind", "type", …}`` with its literal properties, a
    relationship ``{"type", "start", "end", "properties"}`` where start and end are keys, and a path
    ``{"nodes": […], "relationships": […]}``.

    :ivar columns: names, as in ``RETURN``
    :ivar rows: one list a row
    :ivar truncated: whether the row limit cut the answer
    """

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[list[Any]]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"QueryResult({len(self.rows):,} rows: {', '.join(self.columns)})"

    def _repr_html_(self) -> str:
        rows = [[_shown(value) for value in row] for row in self.rows[:_SHOWN]]
        more = len(self.rows) - len(rows)
        notes = [f"… and {more:,} more rows"] if more > 0 else []
        notes += ["The row limit cut the answer."] if self.truncated else []
        return block(table(self.columns, rows), *notes)

    def iris(self) -> list[list[str]]:
        """The IRIs of the nodes in each row, in order.

        The nodes of a path, a node itself, and a value that is an IRI count; so the Cypher and the
        SPARQL of an explanation give the same here, in whichever store they are asked.
        """
        return [list(_iris(row)) for row in self.rows]

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def to_polars(self) -> pl.DataFrame:
        """A table; nodes and paths become structs."""
        return pl.DataFrame(
            self.rows, schema=self.columns, orient="row", infer_schema_length=None, strict=False
        )


def _shown(value: Any) -> str | int | float:
    """A value in a cell: nodes and paths by their names."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, dict) and value.keys() == {"nodes", "relationships"}:
        return " – ".join(str(_shown(node)) for node in value["nodes"])
    if isinstance(value, dict) and "label" in value:
        return f"{value['label']} ({value.get('key', value.get('id', ''))})"
    if isinstance(value, list):
        return ", ".join(str(_shown(each)) for each in value)
    return "" if value is None else str(value)


def _iris(value: Any) -> Iterator[str]:
    if isinstance(value, str) and (is_iri(value) or value.startswith("urn:kgrec:")):
        yield value
    elif isinstance(value, dict):
        if value.keys() == {"nodes", "relationships"}:
            yield from _iris(value["nodes"])
        elif isinstance(value.get("key"), str):
            yield str(node_iri(value["key"]))
    elif isinstance(value, list):
        for entry in value:
            yield from _iris(entry)
