"""What every tracker does: it follows a run, and never stands in its way."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from kgrec.callbacks import Bar, Progress
from kgrec.config_file import flat

_NO_STAGE = "run"


def _warn(sentence: str) -> None:
    warnings.warn(sentence, RuntimeWarning, stacklevel=2)


class Tracker(Progress):
    """Records a run; where that fails (a full disk, no network), it says so once and keeps still.

    Recorded are the settings, every number of every epoch as ``stage/number``, the wall seconds of
    each stage as ``seconds/stage``, and the final metrics. Use it as a context, or
    :meth:`close` it. A kind of tracker overrides the four methods that write.

    :param warn: receives the sentence; by default it becomes a ``RuntimeWarning``
    """

    name = "The tracker"

    def __init__(self, *, warn: Callable[[str], None] = _warn) -> None:
        self._warn = warn
        self._stages: list[str] = []
        self._seconds: dict[str, float] = {}
        self._open = False
        self._lost = False

    def start(self, settings: Mapping[str, Any]) -> None:
        """Record the settings; a later call replaces those of an earlier one."""
        self._try(lambda: self.write_settings(dict(flat(settings))))

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:
        """Record how long a stage takes, if it comes to its end."""
        started = time.perf_counter()
        self._stages.append(name)
        try:
            with super().stage(name, total) as bar:
                yield bar
        finally:
            self._stages.pop()
        seconds = self._seconds.get(name, 0.0) + time.perf_counter() - started
        self._seconds[name] = seconds  # a stage that runs twice adds up
        self._try(lambda: self.write_finals({f"seconds/{name}": seconds}))

    def epoch(self, epoch: int, values: dict[str, float]) -> None:
        """Record what is a number, under the name of the stage that is running."""
        stage = self._stages[-1] if self._stages else _NO_STAGE
        numbers = {f"{stage}/{name}": float(value) for name, value in values.items()}
        numbers.pop(f"{stage}/epoch", None)  # it is the step
        finite = {name: value for name, value in numbers.items() if math.isfinite(value)}
        self._try(lambda: self.write_epoch(stage, epoch, finite))

    def finish(self, metrics: Mapping[str, float]) -> None:
        """Record the final metrics; may be called again with further ones."""
        self._try(lambda: self.write_finals({name: float(metrics[name]) for name in metrics}))

    def close(self, *, failed: bool = False) -> None:
        """Write what is left and let go; a second time it does nothing.

        :param failed: whether the run ended in an error
        """
        if self._open and not self._lost:
            self._try(lambda: self.write_end(failed))
        self._open, self._lost = False, True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(failed=kind is not None)

    def open(self) -> None:
        """Begin the record; called before anything is written."""

    def write_settings(self, settings: Mapping[str, Any]) -> None:
        """Write the settings, by dotted name."""

    def write_epoch(self, stage: str, epoch: int, values: Mapping[str, float]) -> None:
        """Write the numbers of an epoch, by ``stage/number``."""

    def write_finals(self, values: Mapping[str, float]) -> None:
        """Write numbers that a run has once."""

    def write_end(self, failed: bool) -> None:
        """Write what is left, and let go."""

    def _try(self, write: Callable[[], None]) -> None:
        if self._lost:
            return
        try:
            if not self._open:
                self.open()
                self._open = True
            write()
        except Exception as error:
            self._lost = True
            with suppress(Exception):
                self.write_end(True)
            reason = str(error) or type(error).__name__
            self._warn(f"{self.name} no longer records this run ({reason}); the run goes on.")
