"""Several listeners at once, for instance bars on the screen and a record on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from kgrec.callbacks import Bar, Progress


class Several(Progress):
    """Tells everything to each of its parts, in order.

    :param parts: who listens
    """

    def __init__(self, *parts: Progress) -> None:
        self.parts = parts

    def start(self, settings: Mapping[str, Any]) -> None:
        """Tell all parts."""
        for part in self.parts:
            part.start(settings)

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:
        """Open the stage of every part; they are closed in the opposite order."""
        with ExitStack() as opened:
            yield _Bars([opened.enter_context(part.stage(name, total)) for part in self.parts])

    def epoch(self, epoch: int, values: dict[str, float]) -> None:
        """Tell all parts."""
        for part in self.parts:
            part.epoch(epoch, values)

    def finish(self, metrics: Mapping[str, float]) -> None:
        """Tell all parts."""
        for part in self.parts:
            part.finish(metrics)


class _Bars:
    def __init__(self, bars: list[Bar]) -> None:
        self._bars = bars

    def advance(self, steps: int = 1) -> None:
        for bar in self._bars:
            bar.advance(steps)

    def note(self, text: str) -> None:
        for bar in self._bars:
            bar.note(text)
