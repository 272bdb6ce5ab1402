"""Where a training keeps what it needs to go on after a crash."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from kgrec.gnn.training.snapshot import Snapshot
from kgrec.gnn.training.snapshot_file import (
    BrokenError,
    ForeignError,
    read_snapshot,
    write_snapshot,
)


class CheckpointWarning(RuntimeWarning):
    """A checkpoint cannot be used, or cannot be kept; the training goes on."""


class Checkpoints:
    """Keeps nothing: what a training is given when nobody asks for checkpoints."""

    def restore(self, stage: str) -> Snapshot | None:  # noqa: ARG002
        """Begin a stage: what was kept of it, or ``None``.

        Stages begin in the same order whenever the same training runs.
        """
        return None

    def due(self) -> bool:
        """Whether it is time to :meth:`save`."""
        return False

    def save(self, snapshot: Snapshot) -> None:
        """Keep the state of the stage that runs, in place of an earlier one."""

    def finish(self, snapshot: Snapshot) -> None:
        """Keep the result of the stage, which is over; written when the next save is due."""

    def once(self, stage: str, make: Callable[[], torch.Tensor]) -> torch.Tensor:
        """The result of a stage without epochs: what was kept of it, or what ``make`` returns."""
        del stage
        return make()

    @property
    def kept(self) -> str:
        """A few words on what is kept of the stage that runs, and where; empty: nothing."""
        return ""

    def clear(self) -> None:
        """Delete what was kept: it is no longer needed."""


class FolderCheckpoints(Checkpoints):
    """A file for each stage: safetensors with JSON in its header, no pickle.

    A file is replaced when the new one is whole and on the disk, so a process may be killed at any
    moment. A file that is torn, or that belongs to another training, is left out with a warning.
    Where nothing can be written (a full disk) one warning says so, and the training goes on.

    :param folder: made when it is needed
    :param belongs: what must be equal for a checkpoint to be of use, by a name for people
    :param minutes: wall minutes between two saves; 0: a save after every epoch
    """

    def __init__(self, folder: Path, belongs: Mapping[str, str], minutes: float = 5.0) -> None:
        self.folder = folder
        self._belongs = dict(belongs)
        self._seconds = 60 * minutes
        self._last = time.monotonic()
        self._stages: list[str] = []
        self._unwritten: dict[int, Snapshot] = {}
        self._epochs = 0
        self._warned: set[str] = set()

    def restore(self, stage: str) -> Snapshot | None:
        """Begin a stage; see :class:`Checkpoints`."""
        self._stages.append(stage)
        snapshot = self._read()
        self._epochs = _epochs(snapshot)
        return snapshot

    def due(self) -> bool:
        """Whether so many minutes have gone by."""
        return time.monotonic() - self._last >= self._seconds

    def save(self, snapshot: Snapshot) -> None:
        """Write the state, and the results of earlier stages; see :class:`Checkpoints`."""
        self._unwritten[len(self._stages)] = snapshot
        self._last = time.monotonic()
        try:
            for number in sorted(self._unwritten):
                written = self._unwritten[number]
                write_snapshot(self._path_of(number), written, self._belongs_of(number))
                del self._unwritten[number]
        except OSError as error:
            self._warn(
                f"{self.folder}: the state of the training cannot be kept "
                f"({error.strerror or error}); the training goes on without."
            )
        else:
            self._epochs = _epochs(snapshot)

    def finish(self, snapshot: Snapshot) -> None:
        """Write the result, if it is time for it; see :class:`Checkpoints`."""
        if self.due():
            self.save(snapshot)
        else:
            self._unwritten[len(self._stages)] = snapshot

    def once(self, stage: str, make: Callable[[], torch.Tensor]) -> torch.Tensor:
        """Make it, or read it; see :class:`Checkpoints`."""
        known = self.restore(stage)
        if known is not None:
            return known.tensors["result"]
        result = make()
        self.finish(Snapshot({}, {"result": result}))
        return result

    @property
    def kept(self) -> str:
        """Which epoch, and the folder."""
        if not self._epochs:
            return ""
        return f"the state after epoch {self._epochs} is kept in {self.folder}"

    def clear(self) -> None:
        """Delete the files, and the folder if nothing else is in it."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                # A process that was killed leaves the file that it was writing: .stage-1.….
                if path.name.removeprefix(".").startswith("stage-"):
                    path.unlink(missing_ok=True)
            self.folder.rmdir()

    @property
    def _path(self) -> Path:
        return self._path_of(len(self._stages))

    def _path_of(self, number: int) -> Path:
        return self.folder / f"stage-{number}.safetensors"

    def _belongs_of(self, number: int) -> dict[str, str]:
        return {**self._belongs, "stage": self._stages[number - 1]}

    def _read(self) -> Snapshot | None:
        try:
            return read_snapshot(self._path, self._belongs_of(len(self._stages)))
        except ForeignError as difference:
            self._warn(
                f"{self.folder}: what is kept there belongs to another training ({difference}); it "
                "is not used, and will be replaced."
            )
        except BrokenError:
            self._warn(f"{self._path}: the file is broken; the stage starts anew.")
        return None

    def _warn(self, sentence: str) -> None:
        """Once is enough."""
        if sentence not in self._warned:
            self._warned.add(sentence)
            warnings.warn(sentence, CheckpointWarning, stacklevel=2)


def _epochs(snapshot: Snapshot | None) -> int:
    return len(snapshot.numbers.get("course", ())) if snapshot else 0
