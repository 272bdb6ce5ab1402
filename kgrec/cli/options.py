"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kgrec.config import Config

Run = Annotated[Path, typer.Argument(help="The folder of a run.", metavar="RUN")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change a setting; may be repeated.", metavar="NAME=VALUE"),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="Seed of every random choice; 0 if nothing is said."),
]


class Format(StrEnum):
    """How a result is printed."""

    table = "table"
    json = "json"


def config_of(settings: list[str] | None, seed: int | None) -> Config:
    """Make a configuration of ``NAME=VALUE`` and a seed.

    :raises ConfigError: if a name does not exist or a value is out of range
    """
    from kgrec.config import Config

    changes = dict(map(_pair, settings or []))
    if seed is not None:
        changes["seed"] = str(seed)
    return Config().replace(changes)


def _pair(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f"'{setting}' is not NAME=VALUE, for instance gnn.epochs=20.")
    return name.strip(), value.strip()
