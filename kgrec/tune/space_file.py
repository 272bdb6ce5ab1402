"""A space of one's own, in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kgrec.config_file import read_tree
from kgrec.errors import ConfigError
from kgrec.tune.dimension import Dimension
from kgrec.tune.space import Space


def read_space(path: str | Path) -> Space:
    """Read a space from TOML, or from JSON of the same form.

    ::

        [gnn]
        layers = { low = 0, high = 3 }
        learning_rate = { low = 0.001, high = 0.1, log = true }
        embedding_size = { choices = [64, 128] }

    :raises ConfigError: if the file cannot be read or a dimension cannot be understood
    """
    try:
        return dict(_dimensions(read_tree(Path(path)), ""))
    except _MisreadError as error:
        raise ConfigError(f"{path}: {error}") from None


_KEYS = Dimension.__dataclass_fields__.keys()


class _MisreadError(ConfigError):
    """What the file says, so that the file can be named."""


def _dimensions(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Dimension]]:
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if not isinstance(value, Mapping):
            raise _MisreadError(
                f"'{name}' is no dimension; write {{ low = 0.1, high = 0.5 }} or "
                "{ choices = [1, 2] }."
            )
        if value and not value.keys() & _KEYS:
            yield from _dimensions(value, f"{name}.")
        else:
            yield name, _dimension(name, value)


def _dimension(name: str, value: Mapping[str, Any]) -> Dimension:
    try:
        return Dimension(**value)
    except TypeError:
        raise _MisreadError(f"'{name}' has a key that is none of {', '.join(_KEYS)}.") from None
    except ConfigError as error:
        raise _MisreadError(f"'{name}': {error}") from None
