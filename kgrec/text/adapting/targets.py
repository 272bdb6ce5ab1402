"""Which matrices of an encoder may change when it is adapted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from kgrec.errors import ConfigError

_ROLES = {
    "query": {"query", "q_proj", "q_lin", "q", "query_proj", "Wqkv"},
    "key": {"key", "k_proj", "k_lin", "k", "key_proj", "Wqkv"},
    "value": {"value", "v_proj", "v_lin", "v", "value_proj", "Wqkv"},
}
"""What architectures call the matrices of attention; ``Wqkv`` is all three in one."""


def targets_of(network: Any, names: Sequence[str], frozen_layers: int = 0) -> list[str]:
    """Full names of the linear modules that change.

    :param names: ``query``, ``key``, ``value``, whatever the architecture calls them, or last parts
        of modules' names
    :param frozen_layers: modules of so many lowest layers stay as they are
    :raises ConfigError: if a name means none of the encoder's modules, or all layers are frozen
    """
    linear = [name for name, each in network.named_modules() if isinstance(each, torch.nn.Linear)]
    found: set[str] = set()
    for name in names:
        meant = _ROLES.get(name, {name})
        matches = [each for each in linear if each.rpartition(".")[2] in meant]
        if not matches:
            known = sorted({each.rpartition(".")[2] for each in linear})
            raise ConfigError(
                f"Setting 'text.adapt.targets' names '{name}', and the encoder has no such linear "
                f"module: it has {', '.join(known)}."
            )
        found |= set(matches)
    kept = sorted(name for name in found if not frozen_layers or _layer(name) >= frozen_layers)
    if not kept:
        layers = 1 + max(map(_layer, linear))
        raise ConfigError(
            f"Setting 'text.adapt.frozen_layers' is {frozen_layers} and the encoder has {layers} "
            "layers with such modules: nothing is left to change."
        )
    return kept


def _layer(name: str) -> int:
    """The number of a module's layer, from 0: the first number in its name; -1: of none."""
    numbers = [part for part in name.split(".") if part.isdigit()]
    return int(numbers[0]) if numbers else -1
