"""Weights & Biases: a folder that can be sent to its server, at once or later."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kgrec.errors import ConfigError, MissingExtraError
from kgrec.tracking.tracker import Tracker

_OFFLINE = "offline"


class WeightsAndBiases(Tracker):
    """Writes a run of Weights & Biases below ``FOLDER/wandb``.

    The mode is that of ``WANDB_MODE``; without it, ``online`` for who is logged in and ``offline``
    for anybody else. Credentials are never asked for. Offline, no network is tried and no file is
    written outside of the folder; ``wandb sync FOLDER/wandb/offline-run-…`` sends the run later.

    :param project: the project that the run belongs to
    :param folder: by default ``WANDB_DIR`` or the current folder, as Weights & Biases has it
    :param run: a name for the run; ``None``: Weights & Biases finds one
    :param group: what runs that belong together share
    :param options: of :class:`~kgrec.tracking.Tracker`
    :raises MissingExtraError: if wandb is not installed
    :raises ConfigError: if ``WANDB_MODE`` is ``online`` and nobody is logged in, or the folder
        cannot be made
    """

    name = "Weights & Biases"

    def __init__(
        self,
        project: str = "kgrec",
        folder: str | Path | None = None,
        *,
        run: str | None = None,
        group: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.project, self.run, self.group = project, run, group
        self.folder = Path(folder or os.environ.get("WANDB_DIR") or ".")
        self._library = _wandb()
        self.mode = _mode(self._library)
        self._known: set[str] = set()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"{self.folder}: the folder of Weights & Biases cannot be made "
                f"({error.strerror}); choose another one in WANDB_DIR."
            ) from error

    def open(self) -> None:
        """Begin a run."""
        if self.mode == _OFFLINE:
            # Read by the program that Weights & Biases starts; whoever set them knows better.
            os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
            os.environ.setdefault("WANDB_CACHE_DIR", str(self.folder.absolute() / "wandb/.cache"))
        settings = self._library.Settings(silent=True, console="off", quiet=True)
        self._run = self._library.init(
            project=self.project,
            dir=str(self.folder),
            mode=self.mode,
            name=self.run,
            group=self.group,
            reinit="create_new",
            settings=settings,
        )

    def write_settings(self, settings: Mapping[str, Any]) -> None:
        """Make the settings the configuration of the run."""
        self._run.config.update(dict(settings), allow_val_change=True)

    def write_epoch(self, stage: str, epoch: int, values: Mapping[str, float]) -> None:
        """Log a point of each curve, over the epochs of its own stage."""
        axis = f"{stage}/epoch"
        if stage not in self._known:
            self._known.add(stage)
            self._run.define_metric(axis)
            self._run.define_metric(f"{stage}/*", step_metric=axis)
        self._run.log({axis: epoch, **values})

    def write_finals(self, values: Mapping[str, float]) -> None:
        """Put numbers into the summary."""
        self._run.summary.update(dict(values))

    def write_end(self, failed: bool) -> None:
        """End the run."""
        self._run.finish(exit_code=int(failed))


def _wandb() -> Any:
    try:
        import wandb
    except ImportError as error:
        raise MissingExtraError("wandb", "wandb") from error
    return wandb


def _mode(wandb: Any) -> str:
    asked = os.environ.get("WANDB_MODE", "")
    if asked and asked != "online":
        return asked
    if wandb.login(prompt=False, verify=False):
        return "online"
    if asked:
        raise ConfigError(
            "Weights & Biases does not know you; run wandb login, or leave WANDB_MODE out to "
            "record offline."
        )
    return _OFFLINE
