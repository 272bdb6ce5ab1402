"""The answer to a query: plain Python values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl


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

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def to_polars(self) -> pl.DataFrame:
        """A table; nodes and paths become structs."""
        return pl.DataFrame(
            self.rows, schema=self.columns, orient="row", infer_schema_length=None, strict=False
        )
