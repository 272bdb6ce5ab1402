"""A tracker by its address, as the command line has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kgrec.errors import ConfigError
from kgrec.tracking.tracker import Tracker


def open_tracker(
    address: str,
    *,
    run: str | None = None,
    group: str | None = None,
    warn: Callable[[str], None] | None = None,
) -> Tracker:
    """Make a tracker.

    :param address: ``tensorboard:FOLDER``, ``wandb`` or ``wandb:PROJECT``
    :param run: the name of one of several runs; for TensorBoard a folder in ``FOLDER``
    :param group: what these runs share; TensorBoard has their folder for it
    :param warn: receives the one sentence that says why recording ended; by default a warning
    :raises ConfigError: if the address is none of these
    :raises MissingExtraError: if the package is not installed
    """
    kind, _, place = address.partition(":")
    options: dict[str, Any] = {"warn": warn} if warn else {}
    if kind == "tensorboard" and place:
        from kgrec.tracking.tensorboard import TensorBoard

        return TensorBoard(Path(place) / (run or ""), **options)
    if kind == "wandb":
        from kgrec.tracking.wandb import WeightsAndBiases

        return WeightsAndBiases(place or "kgrec", run=run, group=group, **options)
    raise ConfigError(
        f"'{address}' is no tracker; write tensorboard:FOLDER, wandb, or wandb:PROJECT."
    )
