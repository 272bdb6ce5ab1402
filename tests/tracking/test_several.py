from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kgrec.callbacks import Bar, Progress
from kgrec.tracking import Several

Make = Callable[..., Any]


def test_all_parts_hear_everything(notebook: Make) -> None:
    parts = [notebook(), notebook()]
    several = Several(*parts)
    several.start({"seed": 1})
    with several.stage("Train", 2) as bar:
        bar.advance()
        bar.note("half")
        several.epoch(1, {"loss": 1.0})
    several.finish({"a": 1.0})
    for part in parts:
        kinds = [line[0] for line in part.lines]
        assert kinds == ["open", "settings", "epoch", "finals", "finals"]


def test_bars_are_moved_together() -> None:
    moved: list[object] = []

    class Moved(Progress):
        def stage(self, name: str, total: int | None = None) -> Any:
            moved.append((name, total))
            return super().stage(name, total)

    bars: list[Bar] = []
    with Several(Moved(), Moved()).stage("Train", 3) as bar:
        bars.append(bar)
        bar.advance(2)
    assert moved == [("Train", 3)] * 2


def test_an_error_closes_the_stages_of_all(notebook: Make) -> None:
    parts = [notebook(), notebook()]
    several = Several(*parts)
    with pytest.raises(ZeroDivisionError), several.stage("Train"):
        raise ZeroDivisionError
    several.epoch(1, {"loss": 1.0})
    assert all(part.lines[-1][1] == "run" for part in parts)


def test_nobody_may_listen() -> None:
    several = Several()
    with several.stage("Train") as bar:
        bar.advance()
    several.epoch(1, {})
