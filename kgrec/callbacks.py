"""Progress, seen by whoever wants to see it.

Every stage reports to a :class:`Progress`; the default stays silent. Output goes to stderr, so that
stdout holds results and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as RichBars


class Bar(Protocol):
    """One running stage."""

    def advance(self, steps: int = 1) -> None:
        """Report that ``steps`` more units are done."""

    def note(self, text: str) -> None:
        """Show a few words beside the bar, for instance the loss."""


class Progress:
    """Silent progress: the base class, and what the Python API uses by default.

    Override :meth:`stage` to show it, :meth:`epoch` to follow training, and :meth:`start` and
    :meth:`finish` to keep a record of runs, as :mod:`kgrec.tracking` does.
    """

    def start(self, settings: Mapping[str, Any]) -> None:
        """Receive the settings of a run that begins, as a tree or with dotted names."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:  # noqa: ARG002
        """Open a stage of ``total`` units (``None``: unknown) for a ``with`` block."""
        yield _SilentBar()

    def epoch(self, epoch: int, values: dict[str, float]) -> None:
        """Receive the numbers of one training epoch (loss, validation metrics)."""

    def finish(self, metrics: Mapping[str, float]) -> None:
        """Receive the final numbers of a run, for instance ``{"test/NDCG@20": 0.14}``."""


class _SilentBar:
    def advance(self, steps: int = 1) -> None:
        pass

    def note(self, text: str) -> None:
        pass


class TimedProgress(Progress):
    """Passes everything on and notes the wall seconds of each stage.

    :param inner: who shows the progress
    :ivar seconds: by name of the stage; a stage that runs twice adds up
    """

    def __init__(self, inner: Progress) -> None:
        self.inner = inner
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:
        """Open the stage of the inner progress."""
        started = time.perf_counter()
        with self.inner.stage(name, total) as bar:
            yield bar
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def start(self, settings: Mapping[str, Any]) -> None:
        """Tell the inner progress."""
        self.inner.start(settings)

    def epoch(self, epoch: int, values: dict[str, float]) -> None:
        """Tell the inner progress."""
        self.inner.epoch(epoch, values)

    def finish(self, metrics: Mapping[str, float]) -> None:
        """Tell the inner progress."""
        self.inner.finish(metrics)


@dataclass
class ConsoleProgress(Progress):
    """A bar for every stage, each with the time it took, on stderr.

    :ivar seconds: wall seconds of each finished stage, by name
    """

    console: Console = field(default_factory=lambda: Console(stderr=True))
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:
        """Show a bar while the stage runs and leave one line with its time."""
        started = time.perf_counter()
        with RichBars(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<34}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=self.console,
        ) as bars:
            bar = _RichBar(bars, bars.add_task(name, total=total, note=""))
            yield bar
            bar.finish()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


class _RichBar:
    def __init__(self, bars: RichBars, task: int) -> None:
        self._bars = bars
        self._task = task  # rich's TaskID is an int

    def advance(self, steps: int = 1) -> None:
        self._bars.advance(self._task, steps)  # type: ignore[arg-type]

    def note(self, text: str) -> None:
        self._bars.update(self._task, note=text)  # type: ignore[arg-type]

    def finish(self) -> None:
        task = self._bars.tasks[0]
        done = max(task.completed, 1)  # early stopping: what was done is all there was to do
        self._bars.update(self._task, total=done, completed=done)  # type: ignore[arg-type]
