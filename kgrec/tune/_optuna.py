"""Optuna: imported late, and quiet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kgrec.errors import MissingExtraError
from kgrec.tune.space import Space, kind_of

_UNPRUNED = 5
_WARM_UP = (3, 10)


@contextmanager
def quiet_optuna() -> Iterator[Any]:
    """Give the module; within the block it logs nothing, as kgrec says what happens."""
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError("optuna", "tune") from error
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        yield optuna
    finally:
        optuna.logging.set_verbosity(before)


def median_pruner(optuna: Any, epochs: int) -> Any:
    """The median rule, once a trial had a quarter of its epochs, but at least 3 and at most 10."""
    warm_up = min(max(epochs // 4, _WARM_UP[0]), _WARM_UP[1])
    return optuna.pruners.MedianPruner(n_startup_trials=_UNPRUNED, n_warmup_steps=warm_up)


def distributions(optuna: Any, space: Space) -> dict[str, Any]:
    """A space as Optuna has it."""
    kinds = optuna.distributions
    made: dict[str, Any] = {}
    for name, values in space.items():
        if values.choices:
            made[name] = kinds.CategoricalDistribution(values.choices)
        else:
            whole = kind_of(name) is int
            kind = kinds.IntDistribution if whole else kinds.FloatDistribution
            made[name] = kind(*values.bounds, log=values.log)
    return made
