"""Events on the disk, one a line: what was acknowledged is there after a loss of power."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from kgrec.data.disk import flush, locked
from kgrec.errors import RunError


@dataclass(frozen=True, slots=True)
class Acted:
    """A user took an item.

    :ivar timestamp: seconds since 1970; ``None``: unknown
    """

    user: str
    item: str
    timestamp: int | None
    weight: float = 1.0


class Journal:
    """The events of a service; they are only ever added to. One service at a time has it.

    :param path: of the file; it is made if it is not there
    :ivar size: how many events it holds
    :raises RunError: if it cannot be written, is another service's, or is broken
    """

    def __init__(self, path: Path) -> None:
        self.path, self._held = path, ExitStack()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._held.enter_context(path.open("ab"))
            flush(path.parent)
            self._held.enter_context(locked(path, wait=False))
        except BlockingIOError:
            self._held.close()
            raise RunError(
                f"{path}: another service writes its events there; give --events FILE."
            ) from None
        except OSError as error:
            self._held.close()
            raise RunError(f"{path}: events cannot be written ({error.strerror}).") from error
        try:
            self._cut_torn_line()
            self.size = len(self.read())
        except BaseException:
            self._held.close()
            raise

    def append(self, events: Iterable[Acted]) -> None:
        """Add events; when this returns, they are on the disk.

        :raises OSError: if the disk is full, say; then none of them is there
        """
        events = list(events)
        lines = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in events)
        before = os.fstat(self._file.fileno()).st_size
        try:
            self._file.write(lines.encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            os.ftruncate(self._file.fileno(), before)
            raise
        self.size += len(events)

    def read(self) -> Sequence[Acted]:
        """All events, in the order in which they came.

        :raises RunError: if a line cannot be read
        """
        with self.path.open(encoding="utf-8") as lines:
            return [self._event(number, line) for number, line in enumerate(lines, start=1)]

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()

    def _event(self, number: int, line: str) -> Acted:
        try:
            event = Acted(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise RunError(
                f"{self.path}, line {number}: this is no event; mend the line or delete it."
            ) from error
        return event

    def _cut_torn_line(self) -> None:
        """A line without an end was being written when the service died: nobody was told of it."""
        data = self.path.read_bytes()
        if data and not data.endswith(b"\n"):
            os.truncate(self.path, data.rfind(b"\n") + 1)
