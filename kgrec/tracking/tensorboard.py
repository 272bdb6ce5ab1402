"""TensorBoard: event files in a folder."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kgrec.errors import ConfigError, MissingExtraError
from kgrec.tracking.tracker import Tracker

_FORMAT = "brain.Event:2"


class TensorBoard(Tracker):
    """Writes event files that ``tensorboard --logdir FOLDER`` shows.

    What an epoch says is on the disk when the epoch is over, and a full disk is noticed there: so
    the events are not written by torch's ``SummaryWriter``, which leaves both to a thread.

    :param folder: one run; it is made, and what is in it stays
    :param options: of :class:`~kgrec.tracking.Tracker`
    :raises MissingExtraError: if tensorboard is not installed
    :raises ConfigError: if the folder cannot be made
    """

    name = "TensorBoard"

    def __init__(self, folder: str | Path, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(folder)
        try:
            from torch.utils.tensorboard import RecordWriter, summary
        except ImportError as error:
            raise MissingExtraError("tensorboard", "tensorboard") from error
        self._records_to: Any = RecordWriter
        self._summary: Any = summary
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"{self.folder}: TensorBoard's folder cannot be made ({error.strerror}); choose "
                "another one."
            ) from error

    def open(self) -> None:
        """Begin an event file."""
        # Readers order the files of a folder by these names; nanoseconds keep two apart.
        stamp = f"{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}.{time.time_ns()}"
        self._file = (self.folder / f"events.out.tfevents.{stamp}").open("wb", buffering=0)
        self._records = self._records_to(self._file)
        self._event(file_version=_FORMAT)

    def write_settings(self, settings: Mapping[str, Any]) -> None:
        """Write the settings as a table in Markdown, TensorBoard's way to show text."""
        rows = [f"| {name} | {value} |" for name, value in settings.items()]
        table = "\n".join(["| setting | value |", "| --- | --- |", *rows])
        self._event(summary=self._summary.text("settings", table))

    def write_epoch(self, stage: str, epoch: int, values: Mapping[str, float]) -> None:  # noqa: ARG002
        """Write a point of each curve."""
        for name, value in values.items():
            self._event(summary=self._summary.scalar(name, value), step=epoch)

    def write_finals(self, values: Mapping[str, float]) -> None:
        """Write single points."""
        self.write_epoch("", 0, values)

    def write_end(self, failed: bool) -> None:  # noqa: ARG002
        """Close the event file."""
        self._file.close()

    def _event(self, **content: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        self._records.write(Event(wall_time=time.time(), **content).SerializeToString())
