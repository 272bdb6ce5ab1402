"""Settings in a file: TOML as a person writes it, or JSON.

::

    seed = 3

    [gnn]
    epochs = 20
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kgrec.config import Config, parse_config
from kgrec.errors import ConfigError


def read_config(path: str | Path) -> Config:
    """Read the settings of a TOML or JSON file; what it leaves out has its default.

    The ``config.json`` of a run is such a file, too.

    :raises ConfigError: if the file cannot be read, or a setting does not exist or is out of range
    """
    tree = read_tree(Path(path))
    settings = tree.get("settings")
    if {"format", "settings"} == tree.keys() and isinstance(settings, Mapping):
        tree = dict(settings)
    try:
        return parse_config(tree)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def read_tree(
    path: Path, what: str = "settings", example: str = '{"gnn": {"epochs": 20}}'
) -> dict[str, Any]:
    """Read a TOML or JSON file; what does not end in ``.json`` is TOML.

    :param what: should be in it
    :param example: of that, in JSON
    :raises ConfigError: if there is no such file, or it is something else
    """
    kind = "JSON" if path.suffix.lower() == ".json" else "TOML"
    try:
        text = path.read_text(encoding="utf-8")
        tree = json.loads(text) if kind == "JSON" else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: the file cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise ConfigError(f"{path}: the file is not {kind} ({error}); mend it.") from None
    if not isinstance(tree, dict):
        raise ConfigError(f"{path}: the file holds no {what}; write for instance {example}.")
    return tree


def changed(config: Config) -> dict[str, Any]:
    """The settings that differ from their defaults, by dotted name."""
    defaults = leaves(Config())
    return {name: value for name, value in leaves(config).items() if value != defaults[name]}


def leaves(config: Config) -> dict[str, Any]:
    """All settings by dotted name, in plain values as files have them."""
    return dict(flat(config.model_dump(mode="json")))


def to_toml(settings: Mapping[str, Any], comments: tuple[str, ...] = ()) -> str:
    """Write settings as TOML that :func:`read_config` reads.

    :param settings: by dotted name; one that is ``None`` is left out, as TOML has no such value
    :param comments: lines to begin with
    """
    sections: dict[str, list[str]] = {"": []}
    for name, value in settings.items():
        section, _, key = name.rpartition(".")
        if value is not None:
            # A string, a number or a truth value is written in JSON as it is in TOML, but for the
            # one control character that JSON leaves as it is.
            text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
            sections.setdefault(section, []).append(f"{key} = {text}")
    lines = [f"# {comment}" for comment in comments] + sections.pop("")
    for section, pairs in sections.items():
        lines += ["", f"[{section}]", *pairs]
    return "\n".join([*lines, ""]).lstrip("\n")


def flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a nested mapping by dotted name."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
