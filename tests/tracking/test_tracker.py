from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from kgrec.callbacks import TimedProgress
from kgrec.config import Config
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.tracking import Tracker

Make = Callable[..., Any]


def follow(tracker: Tracker) -> None:
    """What a run tells."""
    with tracker:
        tracker.start({"seed": 3, "gnn": {"layers": 2}})
        with tracker.stage("Train", 2) as bar:
            tracker.epoch(1, {"epoch": 1.0, "loss": 2.0})
            bar.advance()
        tracker.finish({"test/NDCG@20": 0.5})


def test_a_run_is_recorded_in_order(notebook: Make) -> None:
    tracker = notebook()
    follow(tracker)
    tracker.close()
    tracker.epoch(2, {"loss": 1.0})
    *lines, seconds, finals, end = tracker.lines
    assert lines == [
        ("open",),
        ("settings", {"seed": 3, "gnn.layers": 2}),
        ("epoch", "Train", 1, {"Train/loss": 2.0}),
    ]
    assert list(seconds[1]) == ["seconds/Train"]
    assert finals == ("finals", {"test/NDCG@20": 0.5})
    assert end == ("end", False)


def test_epochs_are_named_after_the_innermost_stage(notebook: Make) -> None:
    tracker = notebook()
    tracker.epoch(1, {"loss": 1.0})
    with tracker.stage("Outer"), tracker.stage("Inner"):
        tracker.epoch(1, {"loss": 1.0})
    with tracker.stage("Outer"):
        tracker.epoch(1, {"loss": 1.0})
    stages = [line[1] for line in tracker.lines if line[0] == "epoch"]
    assert stages == ["run", "Inner", "Outer"]


def test_a_stage_that_runs_twice_adds_up(notebook: Make) -> None:
    tracker = notebook()
    for _ in range(2):
        with tracker.stage("Train"):
            pass
    first, second = (line[1]["seconds/Train"] for line in tracker.lines if line[0] == "finals")
    assert second > first > 0


def test_what_is_no_number_is_left_out(notebook: Make) -> None:
    tracker = notebook()
    tracker.epoch(1, {"loss": float("nan"), "NDCG@20": 0.25, "rate": float("inf")})
    assert tracker.lines[-1] == ("epoch", "run", 1, {"run/NDCG@20": 0.25})


@pytest.mark.parametrize("failing", ["open", "settings", "epoch", "finals", "end"])
def test_a_tracker_that_fails_says_so_once_and_the_run_goes_on(
    notebook: Make, failing: str
) -> None:
    said: list[str] = []
    tracker = notebook(warn=said.append)
    tracker.failing = failing
    follow(tracker)
    follow(tracker)
    assert said == ["The notebook no longer records this run (no space left); the run goes on."]


def test_by_default_the_sentence_is_a_warning(notebook: Make) -> None:
    tracker = notebook()
    tracker.failing = "epoch"
    with pytest.warns(RuntimeWarning, match="no longer records") as caught:
        follow(tracker)
    assert len(caught) == 1


def test_an_error_of_the_run_passes_through_and_is_recorded(notebook: Make) -> None:
    def fail(tracker: Tracker) -> None:
        with tracker, tracker.stage("Train"):
            tracker.epoch(1, {"loss": 1.0})
            raise ZeroDivisionError

    tracker = notebook()
    with pytest.raises(ZeroDivisionError):
        fail(tracker)
    assert tracker.lines[-1] == ("end", True)
    assert not any("seconds/Train" in line[-1] for line in tracker.lines if line[0] == "finals")


def test_nothing_is_opened_for_a_run_that_says_nothing(notebook: Make) -> None:
    with notebook() as tracker:
        pass
    assert tracker.lines == []


def test_training_tells_its_epochs_and_is_not_changed_by_a_failing_tracker(
    notebook: Make, tiny_graph: KnowledgeGraph, quick: Callable[..., Config], fitted: Recommender
) -> None:
    tracker = notebook(warn=lambda _: None)
    rec = Recommender(quick(), progress=tracker).fit(tiny_graph)
    epochs = [line for line in tracker.lines if line[0] == "epoch"]
    assert len(epochs) >= len(rec.log.epochs) > 0
    first = dict(rec.log.epochs[0])
    assert first.pop("epoch") == 1.0
    assert epochs[0][3] == {f"{epochs[0][1]}/{name}": value for name, value in first.items()}

    broken = notebook(warn=lambda _: None)
    broken.failing = "epoch"
    again = Recommender(quick(), progress=broken).fit(tiny_graph)
    top = again.recommend(k=5).to_polars()
    assert top.equals(rec.recommend(k=5).to_polars())
    assert top.equals(fitted.recommend(k=5).to_polars())


def test_timed_progress_passes_everything_on(notebook: Make) -> None:
    tracker = notebook()
    timed = TimedProgress(tracker)
    timed.start({"seed": 1})
    timed.epoch(1, {"loss": 1.0})
    timed.finish({"a": 1.0})
    assert [line[0] for line in tracker.lines] == ["open", "settings", "epoch", "finals"]


def test_the_base_records_nothing_and_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        follow(Tracker())
    assert capsys.readouterr() == ("", "")
