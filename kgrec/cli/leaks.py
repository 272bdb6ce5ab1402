"""Leaks in the data of a run: refused, or let through on purpose and never forgotten again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.output import warn

if TYPE_CHECKING:
    from kgrec.data import Dataset

_FILE = "leaks.txt"

AllowLeaks = Annotated[
    bool,
    typer.Option(
        "--allow-leaks", help="Go on although the data give test answers away, and say so."
    ),
]


def leaks_of(data: Dataset, *, allowed: bool) -> list[str]:
    """Look for leaks before anything is trained.

    :param allowed: whether to go on in spite of them
    :return: each as a sentence
    :raises DataError: if there are any and they are not allowed
    """
    from kgrec.check import leaks, require_no_leaks

    if not allowed:
        require_no_leaks(data, escape="go on all the same, with --allow-leaks")
        return []
    found = [str(finding) for finding in leaks(data)]
    if found:
        warn("\n".join(["The data give answers away:", *(f"  {leak}" for leak in found), ""]))
    return found


def mark(run: Path, found: list[str]) -> None:
    """Keep in a run that its data leaked; a run without leaks is left as it is."""
    if found:
        (run / _FILE).write_text("\n".join([*found, ""]), encoding="utf-8")


def marks(run: Path) -> list[str]:
    """What :func:`mark` kept, and a warning on stderr."""
    path = run / _FILE
    if not path.is_file():
        return []
    found = path.read_text(encoding="utf-8").splitlines()
    warn("\n".join(["This run was trained on data that give answers away:", *found, ""]))
    return found
