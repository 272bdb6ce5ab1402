from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from kgrec.tracking import Tracker


class Notebook(Tracker):
    """A tracker that writes into a list, until it is told to fail."""

    name = "The notebook"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lines: list[tuple[Any, ...]] = []
        self.failing = ""

    def _note(self, *line: Any) -> None:
        if line[0] == self.failing:
            raise OSError("no space left")
        self.lines.append(line)

    def open(self) -> None:
        self._note("open")

    def write_settings(self, settings: Mapping[str, Any]) -> None:
        self._note("settings", dict(settings))

    def write_epoch(self, stage: str, epoch: int, values: Mapping[str, float]) -> None:
        self._note("epoch", stage, epoch, dict(values))

    def write_finals(self, values: Mapping[str, float]) -> None:
        self._note("finals", dict(values))

    def write_end(self, failed: bool) -> None:
        self._note("end", failed)


@pytest.fixture(scope="session")
def notebook() -> Callable[..., Notebook]:
    return Notebook
