"""``--quiet``, which every command understands, and the progress that it silences."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgrec.cli.output import hush, hushed

if TYPE_CHECKING:
    from kgrec.callbacks import ConsoleProgress

_Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Print the result and what is wrong, and nothing else."),
]


def quietable(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option ``--quiet``."""

    @functools.wraps(command)
    def run(*arguments: Any, quiet: bool = False, **options: Any) -> None:
        with hush(quiet):
            command(*arguments, **options)

    signature = inspect.signature(command, eval_str=True)
    option = inspect.Parameter(
        "quiet", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=_Quiet
    )
    run.__signature__ = signature.replace(  # type: ignore[attr-defined]  # what typer reads
        parameters=[*signature.parameters.values(), option]
    )
    return run


def console_progress() -> ConsoleProgress:
    """Bars on stderr; with ``--quiet`` they are timed and not shown."""
    from rich.console import Console

    from kgrec.callbacks import ConsoleProgress

    return ConsoleProgress(Console(stderr=True, quiet=hushed()))


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Show a sign of life on a terminal for a ``with`` block; nothing of it stays."""
    from rich.console import Console

    with Console(stderr=True, quiet=hushed()).status(f"Reading {what} …"):
        yield
