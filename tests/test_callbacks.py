from __future__ import annotations

import io

import pytest
from rich.console import Console

from kgrec.callbacks import ConsoleProgress, Progress


def console() -> tuple[Console, io.StringIO]:
    output = io.StringIO()
    return Console(file=output, width=120, force_terminal=False), output


def test_the_default_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    with progress.stage("Train", 3) as bar:
        bar.advance()
        bar.note("loss 1")
    progress.epoch(1, {"loss": 0.5})
    assert capsys.readouterr() == ("", "")


def test_the_console_writes_to_stderr_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with ConsoleProgress().stage("Train", 2) as bar:
        bar.advance(2)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Train" in captured.err


def test_a_stage_leaves_a_line_with_its_name_count_and_note() -> None:
    screen, output = console()
    with ConsoleProgress(screen).stage("Describe", 4) as bar:
        for _ in range(4):
            bar.advance()
        bar.note("done [4] of 4")
    line = output.getvalue().strip()
    assert len(line.splitlines()) == 1
    for part in ("Describe", "4/4", "done [4] of 4"):
        assert part in line


@pytest.mark.parametrize("steps", [0, 3])
def test_a_stage_of_unknown_length_ends_complete(steps: int) -> None:
    screen, output = console()
    with ConsoleProgress(screen).stage("Read") as bar:
        bar.advance(steps)
    assert f"{max(steps, 1)}/{max(steps, 1)}" in output.getvalue()


def test_a_stage_that_stops_early_ends_complete() -> None:
    screen, output = console()
    with ConsoleProgress(screen).stage("Train", 100) as bar:
        bar.advance(30)
    assert "30/30" in output.getvalue()


def test_seconds_are_kept_and_added_up_by_name() -> None:
    screen, _ = console()
    progress = ConsoleProgress(screen)
    with progress.stage("A"):
        pass
    first = progress.seconds["A"]
    with progress.stage("A"):
        pass
    with progress.stage("B"):
        pass
    assert list(progress.seconds) == ["A", "B"]
    assert progress.seconds["A"] > first > 0


def test_stages_may_be_nested() -> None:
    screen, output = console()
    progress = ConsoleProgress(screen)
    with progress.stage("Outer", 1) as outer:
        with progress.stage("Inner", 1) as inner:
            inner.advance()
        outer.advance()
    assert set(progress.seconds) == {"Outer", "Inner"}
    assert "Inner" in output.getvalue()
    assert "Outer" in output.getvalue()


def fail(progress: Progress) -> None:
    with progress.stage("Train", 5) as bar:
        bar.advance()
        raise ZeroDivisionError


def test_an_error_passes_through_and_does_not_count_as_done() -> None:
    screen, output = console()
    progress = ConsoleProgress(screen)
    with pytest.raises(ZeroDivisionError):
        fail(progress)
    assert "5/5" not in output.getvalue()
    assert "Train" not in progress.seconds
