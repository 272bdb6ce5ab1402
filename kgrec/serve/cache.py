"""Finished answers, the ones asked for last, within so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

_OVERHEAD = 400
"""Bytes of an entry beside its answer, about."""


class Answers:
    """A bounded cache of answers.

    :param most: bytes
    """

    def __init__(self, most: int) -> None:
        self._most, self._bytes, self._lock = most, 0, Lock()
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(self, key: Hashable) -> bytes | None:
        """The answer, which is now the one asked for last."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, answer: bytes) -> None:
        """Keep an answer; those not asked for the longest make room."""
        with self._lock:
            before = self._kept.pop(key, None)
            if before is not None:
                self._bytes -= len(before) + _OVERHEAD
            self._kept[key] = answer
            self._bytes += len(answer) + _OVERHEAD
            while self._bytes > self._most and self._kept:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= len(gone) + _OVERHEAD
