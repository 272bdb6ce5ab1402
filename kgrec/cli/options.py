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

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Settings from a TOML or JSON file, for instance STUDY/best.toml; --set comes after.",
        metavar="FILE",
    ),
]
Track = Annotated[
    str | None,
    typer.Option(
        "--track",
        help="Record what happens, too: tensorboard:DIR, wandb or wandb:PROJECT.",
        metavar="WHERE",
    ),
]


class WriterKind(StrEnum):
    """Who writes."""

    template = "template"
    local = "local"
    api = "api"


WriterOption = Annotated[
    WriterKind | None,
    typer.Option(
        "--writer",
        help="template: no language model; local: one on this machine; api: an endpoint.",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="A GGUF file or a folder, or the name of an endpoint's model."),
]
BaseUrl = Annotated[
    str | None, typer.Option(help="The endpoint: http://localhost:8080/v1.", metavar="URL")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before paying.")]

Language = Annotated[
    str, typer.Option(help="en, zh, or the path of a language file (.toml); of the reasons.")
]


class Format(StrEnum):
    """How a result is printed."""

    table = "table"
    json = "json"


def config_of(settings: list[str] | None, seed: int | None, file: Path | None = None) -> Config:
    """Make a configuration of ``NAME=VALUE`` and a seed.

    :param file: settings that come first
    :raises ConfigError: if a name does not exist or a value is out of range
    """
    from kgrec.config import Config
    from kgrec.config_file import read_config

    changes = changes_of(settings)
    if seed is not None:
        changes["seed"] = str(seed)
    return (read_config(file) if file else Config()).replace(changes)


def with_writer(
    config: Config, writer: WriterKind | None, model: str | None, base_url: str | None
) -> Config:
    """The settings with what the options say of the language model.

    :raises ConfigError: if a value is out of range
    """
    said = {"writer.kind": writer, "writer.model": model, "writer.base_url": base_url}
    return config.replace({name: str(value) for name, value in said.items() if value is not None})


def changes_of(settings: list[str] | None) -> dict[str, str]:
    """Each ``NAME=VALUE`` of ``--set``, by its name."""
    return dict(map(_pair, settings or []))


def _pair(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f"'{setting}' is not NAME=VALUE, for instance gnn.epochs=20.")
    return name.strip(), value.strip()
