"""The commands together, and what becomes of their errors."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kgrec.cli import (
    attack,
    audit,
    check,
    demo,
    describe,
    doctor,
    evaluate,
    explain,
    export,
    extract,
    query,
    recommend,
    serve,
    train,
    tune,
    wish,
)
from kgrec.cli.output import warn
from kgrec.cli.quiet import quietable
from kgrec.errors import KgrecError

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class _Commands(TyperGroup):
    """Turns what kgrec raises on purpose into one sentence on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KgrecError as error:
            _fail(str(error))
            raise typer.Exit(1) from None
        except BrokenPipeError:  # the reader, for instance head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            _fail(f"{where}{error.strerror or error}.")
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            _fail("Interrupted; nothing was changed that was there before.")
            raise typer.Exit(_INTERRUPTED) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _fail(sentence: str) -> None:
    warn(f"kgrec: {sentence}")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"kgrec {version('kgrec')}")
        raise typer.Exit


@app.callback()
def kgrec(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Recommendations from a knowledge graph, each with the paths that caused it.

    Exit codes: 0 done; 1 it could not be done, or check or doctor found a fault; 2 the command was
    not understood; 130 interrupted.
    """


_COMMANDS = (
    demo.demo,
    train.train,
    recommend.recommend,
    wish.wish,
    explain.explain,
    evaluate.evaluate,
    query.query,
    export.export,
    check.check,
    audit.audit,
    attack.attack,
    tune.tune,
    describe.describe,
    extract.extract,
    doctor.doctor,
    serve.serve,
)

for command in _COMMANDS:
    app.command(command.__name__)(quietable(command))


def main() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:  # while the first module was still being imported
        sys.exit(_INTERRUPTED)
