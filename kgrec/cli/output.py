"""Printing results on stdout: one JSON document, or a table; what is said beside them on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import typer

# What a name from the data could do to a terminal: move the cursor, change its title, turn the
# direction of what follows round.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_UNLIMITED = 100_000
_HUSHED: ContextVar[bool] = ContextVar("hushed", default=False)


@contextmanager
def hush(wanted: bool) -> Iterator[None]:
    """Leave out, in a ``with`` block, all that is neither a result nor wrong."""
    before = _HUSHED.set(wanted)
    try:
        yield
    finally:
        _HUSHED.reset(before)


def hushed() -> bool:
    """Whether only results and faults are wanted."""
    return _HUSHED.get()


def print_json(value: Any) -> None:
    """Print one JSON document; what JSON does not know (a date) becomes text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def plain(value: object) -> str:
    """Write a value for a terminal, without control characters."""
    return _CONTROL.sub("\ufffd", "" if value is None else str(value))


def print_text(text: str) -> None:
    """Print lines as they are, but for control characters."""
    typer.echo(plain(text))


def note(text: str) -> None:
    """Say something that is not the result: it goes to stderr, and nowhere with ``--quiet``."""
    if not hushed():
        warn(text)


def warn(text: str) -> None:
    """Say on stderr, whatever was asked for, that something is wrong."""
    typer.echo(plain(text), err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table that fits the terminal; in a pipe nothing is cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    values = [list(row) for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        numeric = all(isinstance(row[number], int | float) for row in values) and bool(values)
        table.add_column(
            Text(plain(column)), justify="right" if numeric else "left", overflow="fold"
        )
    for row in values:
        table.add_row(*(Text(_cell(value)) for value in row))
    width = None if sys.stdout.isatty() else _UNLIMITED
    Console(width=width, highlight=False).print(table)


def _cell(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else plain(value)
