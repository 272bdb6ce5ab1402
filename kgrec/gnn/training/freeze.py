"""Parameters that do not move: never, or not yet."""

from __future__ import annotations

import math
from collections.abc import Iterable

from kgrec.gnn.training.encoder import ParameterGroup

NEVER = math.inf
"""So many epochs is a group frozen that is not trained at all."""


def set_trainable(groups: Iterable[ParameterGroup], epoch: int) -> None:
    """Freeze what is not to move in an epoch, and thaw the rest.

    A frozen parameter has no gradient, so an optimiser leaves it alone, weight decay included.

    :param groups: of an encoder
    :param epoch: counted from 1
    """
    for group in groups:
        for parameter in group.parameters:
            parameter.requires_grad_(epoch > group.frozen)
            if not parameter.requires_grad:
                parameter.grad = None
