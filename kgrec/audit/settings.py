"""Which settings are not the defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kgrec.config import Config


def changes(config: Config) -> dict[str, Any]:
    """Settings that differ from the defaults, by dotted name.

    >>> changes(Config().replace({"gnn.epochs": 3}))
    {'gnn.epochs': 3}
    """
    defaults = dict(_flat(Config().model_dump()))
    return {name: value for name, value in _flat(config.model_dump()) if value != defaults[name]}


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
