"""Which tables a dataset may have, and which columns each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from kgrec.data.alike import alike
from kgrec.errors import DataError


@dataclass(frozen=True)
class TableSchema:
    """The columns of one table.

    :ivar section: its name in ``dataset.toml``: ``[columns.SECTION]``
    :ivar required: columns that must be there
    :ivar optional: columns that are read where they are
    :ivar is_open: whether any further column is an attribute
    """

    section: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that have a meaning of their own."""
        return self.required + self.optional


EVENTS = TableSchema(
    "events", ("user", "item"), ("timestamp", "weight", "rating", "event", "properties")
)
ITEMS = TableSchema("items", ("item",), ("title", "text", "properties"), is_open=True)
USERS = TableSchema("users", ("user",), ("title", "text", "properties"), is_open=True)
FACTS = TableSchema(
    "facts",
    ("head", "relation", "tail"),
    ("head_kind", "tail_kind", "weight", "timestamp", "event", "properties"),
)
LABELS = TableSchema("labels", ("entity", "label"), ("type", "text", "properties"))
CANDIDATES = TableSchema("candidates", ("item",))
EXTRACTED = TableSchema(
    "extracted",
    ("head", "relation", "tail", "state"),
    (
        *("id", "tail_kind", "tail_label", "tail_type", "start", "end", "quote", "asserted_by"),
        *("model", "prompt", "proposed", "reason", "candidates", "judged"),
    ),
)
DESCRIPTIONS = TableSchema(
    "descriptions", ("id", "text"), ("kind", "source", "verified", "evidence")
)

SCHEMAS: dict[str, TableSchema] = {
    "events": EVENTS,
    "train": EVENTS,
    "valid": EVENTS,
    "test": EVENTS,
    "items": ITEMS,
    "users": USERS,
    "facts": FACTS,
    "labels": LABELS,
    "candidates": CANDIDATES,
    "extracted": EXTRACTED,
    "descriptions": DESCRIPTIONS,
}
"""The tables of a dataset folder, by file name without its ending."""

SECTIONS = tuple(dict.fromkeys(schema.section for schema in SCHEMAS.values()))
"""The names that ``[columns.…]`` knows."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like ``word``, if any does."""
    return next(iter(alike(word, known, most=1)), None)


def require_columns(frame: pl.DataFrame, schema: TableSchema, file: str) -> None:
    """Check that every required column is there.

    :raises DataError: naming the missing column, those that exist and the likeliest one
    """
    for column in schema.required:
        if column not in frame.columns:
            raise DataError(
                f"the column is missing, the table has only {_listed(frame.columns)}",
                fix=_mapping_hint(column, frame.columns, schema),
                file=file,
                column=column,
            )


def _mapping_hint(column: str, existing: list[str], schema: TableSchema) -> str:
    if len(existing) == 1 and any(mark in existing[0] for mark in ";\t"):
        return "separate the columns with commas"
    free = [name for name in existing if name not in schema.columns]
    guess = closest(column, free)
    line = f'{column} = "{guess or "THE_COLUMN"}"'
    doubt = f"did you mean '{guess}'? then " if guess else ""
    return f"{doubt}rename it or say so in dataset.toml: [columns.{schema.section}] {line}"


def _listed(columns: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in columns[:12])
    return f"{shown}, …" if len(columns) > 12 else shown or "no columns"
