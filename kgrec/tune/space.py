"""What is searched: an interval, or a few choices, for each setting by its dotted name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from kgrec.config import Config
from kgrec.config_file import changed, leaves
from kgrec.errors import ConfigError
from kgrec.tune.dimension import Dimension

Space = Mapping[str, Dimension]

SPACE: Space = MappingProxyType(
    {
        "gnn.embedding_size": Dimension(choices=(64, 128, 256)),
        "gnn.layers": Dimension(0, 3),
        "gnn.init_scale": Dimension(0.01, 0.5, log=True),
        "gnn.dropout": Dimension(0.0, 0.8),
        "gnn.keep": Dimension(0.2, 0.8),
        "gnn.history_power": Dimension(0.0, 1.0),
        "gnn.learning_rate": Dimension(0.001, 0.1, log=True),
        "gnn.weight_decay": Dimension(0.0001, 1.0, log=True),
    }
)
"""What is searched by default; :class:`~kgrec.config.Config` says what each name means."""


def default_space(config: Config, fixed: Collection[str] = ()) -> Space:
    """What of :data:`SPACE` is left to search.

    :param config: a setting that differs from its default was chosen, and is not searched
    :param fixed: names of further settings that are not
    """
    chosen = {*fixed, *changed(config)}
    return {name: values for name, values in SPACE.items() if name not in chosen}


def check_space(space: Space, config: Config) -> None:
    """Refuse a space that the settings do not allow.

    :param config: all that is not searched
    :raises ConfigError: if there is nothing to search, a name does not exist, or a value is not one
        that the setting may have
    """
    if not space:
        raise ConfigError("There is nothing to search: every setting of the space is fixed.")
    defaults = leaves(Config())
    for name, values in space.items():
        for value in values.extremes:
            config.replace({name: value})
        if values.choices and None in values.choices and defaults[name] is not None:
            raise ConfigError(f"'{name}' cannot have the choice None, which is not its default.")
        if not values.choices and kind_of(name) not in {int, float}:
            raise ConfigError(f"'{name}' is no number; give choices instead of low and high.")
        if kind_of(name) is int and not all(isinstance(end, int) for end in values.extremes):
            raise ConfigError(f"'{name}' is a whole number; give whole numbers for low and high.")


def kind_of(name: str) -> type:
    """The type of a setting that exists: ``int``, ``float``, ``bool``, or ``str`` for the rest."""
    kind: Any = Config
    for part in name.split("."):
        kind = kind.model_fields[part].annotation
    if get_origin(kind) in {Union, UnionType}:
        kind = next(each for each in get_args(kind) if each is not type(None))
    assert not (isinstance(kind, type) and issubclass(kind, BaseModel))
    return kind if kind in {int, float, bool} else str


def to_tree(space: Space) -> dict[str, dict[str, Any]]:
    """A space in plain values, ready for JSON; equal for equal spaces."""
    return {name: space[name].to_dict() for name in sorted(space)}
