"""Events on the disk, one a line: what was acknowledged is there after a loss of power."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from kgrec.data.disk import flush, locked
from kgrec.errors import RunError

_BLOCK = 2**16


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

    It may be read while it is added to: what is not on the disk as a whole is not read.

    :param path: of the file; it is made if it is not there
    :raises RunError: if it cannot be written, or is another service's
    """

    def __init__(self, path: Path) -> None:
        self.path, self._held = path, ExitStack()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A buffer would keep what could not be written, and write it with the next event.
            self._file = self._held.enter_context(path.open("ab", buffering=0))
            flush(path.parent)
            self._held.enter_context(locked(path, wait=False))
            self._end = _end_of_lines(path)
            os.ftruncate(self._file.fileno(), self._end)
        except BlockingIOError:
            self._held.close()
            raise RunError(
                f"{path}: another service writes its events there; give --events FILE."
            ) from None
        except OSError as error:
            self._held.close()
            why = error.strerror or error
            raise RunError(f"{path}: events cannot be written ({why}).") from error
        self._has_rest = False

    def append(self, events: Iterable[Acted]) -> None:
        """Add events; when this returns, they are on the disk. One thread at a time may do so.

        :raises OSError: if the disk is full, say; then none of them is there
        """
        lines = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in events)
        data = lines.encode()
        self._take_back()
        self._has_rest = True
        try:
            self._write(data)
            os.fsync(self._file.fileno())
        except OSError:
            with suppress(OSError):  # then before the next events are added
                self._take_back()
            raise
        self._has_rest = False
        self._end += len(data)

    def read(self) -> Sequence[Acted]:
        """All events, in the order in which they came.

        :raises RunError: if a line cannot be read
        """
        left, events = self._end, []
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                left -= len(line)
                if left < 0:
                    break
                events.append(self._event(number, line))
        return events

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()

    def _write(self, data: bytes) -> None:
        """Write all of it: a file without a buffer takes as much as there is room for."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _take_back(self) -> None:
        """Cut off what is left of events that could not be written as a whole."""
        if self._has_rest:
            os.ftruncate(self._file.fileno(), self._end)
            self._has_rest = False

    def _event(self, number: int, line: bytes) -> Acted:
        try:
            event = Acted(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise RunError(
                f"{self.path}, line {number}: this is no event; mend the line or delete it."
            ) from error
        return event


def _end_of_lines(path: Path) -> int:
    """Where the last whole line ends.

    A line without an end was being written when the service died: nobody was told of it.
    """
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(end - _BLOCK, 0)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0
