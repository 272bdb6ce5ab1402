from __future__ import annotations

import dataclasses
import os
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.config_file import leaves, read_config
from kgrec.data.disk import locked
from kgrec.errors import ConfigError, KgrecError, MissingExtraError, RunError
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.testing import tiny_dataset
from kgrec.tracking import Tracker
from kgrec.tune import Dimension, Study
from kgrec.tune.space import Space
from kgrec.tune.trial import value_of, without_refit

Search = Callable[..., Study]


def course(study: Study) -> pl.DataFrame:
    """What came out, without what the clock and kills say."""
    return study.trials.drop("trial", "seconds")


def test_a_study_finds_settings_that_a_training_reaches(
    search: Search, tiny_graph: KnowledgeGraph, tmp_path: Path
) -> None:
    study = search(trials=4)
    assert study.trials.height == 4
    assert study.value == study.ranked["value"].max()
    assert {name: leaves(study.config)[name] for name in study.best} == dict(study.best)
    # The best settings, from the file as a person uses it, reach the same value on valid.
    config = read_config(tmp_path / "study" / "best.toml")
    assert config == study.config
    again = Recommender(without_refit(config)).fit(tiny_graph)
    assert value_of(again.log) == study.value


def test_the_first_trial_has_the_settings_that_are_given(search: Search, small: Space) -> None:
    study = search(trials=1)
    given = {name: leaves(study.plan.config)[name] for name in small}
    assert study.best == given
    assert study.start == study.value


def test_a_start_that_is_not_in_the_space_is_not_tried(search: Search) -> None:
    study = search(trials=1, space={"gnn.dropout": Dimension(0.7, 0.8)})
    assert study.start is None
    assert 0.7 <= study.best["gnn.dropout"] <= 0.8  # type: ignore[operator]


def test_same_seed_same_study_and_another_seed_another(search: Search, tmp_path: Path) -> None:
    first = search(study=tmp_path / "a", trials=2)
    assert course(search(study=tmp_path / "b", trials=2)).equals(course(first))
    other = search(study=tmp_path / "c", trials=2, seed=1)
    assert not course(other).equals(course(first))
    assert other.config.seed == 1


def test_the_test_part_changes_nothing(search: Search, tmp_path: Path) -> None:
    data = tiny_dataset()
    # Another test, of the pairs that were none: every list of a user is turned around.
    other = dataclasses.replace(data, test=data.test.with_columns(item=data.test["item"].reverse()))
    none = dataclasses.replace(data, test=data.test.clear())
    studies = [
        search(graph=KnowledgeGraph.build(each), study=tmp_path / f"{number}", trials=2)
        for number, each in enumerate((data, other, none))
    ]
    assert course(studies[1]).equals(course(studies[0]))
    assert course(studies[2]).equals(course(studies[0]))


def test_settings_of_the_start_hold_in_every_trial(
    search: Search, objective: Any, tiny_graph: KnowledgeGraph, quick: Callable[..., Config]
) -> None:
    config = quick(gnn__epochs=2, gnn__batch_size=7)
    seen: list[dict[str, Any]] = []

    class Notes(Tracker):
        def start(self, settings: Any) -> None:
            seen.append(settings)

    search(trials=2, config=config, seed=4, track=lambda _: Notes())
    assert [each["gnn"]["batch_size"] for each in seen] == [7, 7]
    assert [each["seed"] for each in seen] == [4, 4]
    assert not any(each["gnn"].get("refit") for each in seen)


def test_trials_are_tracked_by_their_number(search: Search) -> None:
    told: dict[int, list[str]] = {}

    class Notes(Tracker):
        def __init__(self, number: int) -> None:
            super().__init__()
            told[number] = []
            self.lines = told[number]

        def write_settings(self, _settings: Any) -> None:
            self.lines.append("settings")

        def write_epoch(self, _stage: str, epoch: int, _values: Any) -> None:
            self.lines.append(f"epoch {epoch}")

        def write_finals(self, values: Any) -> None:
            self.lines.extend(values)

        def write_end(self, _failed: bool) -> None:
            self.lines.append("end")

    search(trials=2, track=Notes)
    assert list(told) == [0, 1]
    for lines in told.values():
        assert lines[0] == "settings"
        assert lines[-2:] == ["valid/NDCG@20", "end"]
        assert "epoch 1" in lines


def test_bad_trials_are_pruned_and_rank_last(search: Search, objective: Any, the_hill: Any) -> None:
    objective(the_hill)
    study = search(trials=24)
    states = dict(study.trials["state"].value_counts().iter_rows())
    assert states["pruned"] > 2
    assert states["complete"] > 5
    pruned = study.trials.filter(state="pruned")
    assert pruned["value"].null_count() == pruned.height
    assert pruned["epochs"].max() < 6  # type: ignore[operator]
    assert study.value is not None
    assert study.value > 0.8
    assert list(study.importances) == sorted(study.importances, key=study.importances.get)[::-1]  # type: ignore[arg-type]
    assert sum(study.importances.values()) == pytest.approx(1)


def test_a_trial_that_fails_is_noted_and_the_search_goes_on(
    search: Search, objective: Any, tmp_path: Path
) -> None:
    def fails_first(number: int, settings: Any, report: Any) -> float:
        if number < 2:
            report(1, 0.9)
            raise KgrecError("The training has diverged; lower <gnn.learning_rate>.")
        return 0.1

    objective(fails_first)
    study = search(trials=4)
    assert study.trials["state"].to_list() == ["failed", "failed", "complete", "complete"]
    assert study.value == 0.1
    page = (tmp_path / "study" / "study.html").read_text(encoding="utf-8")
    assert "The training has diverged; lower &lt;gnn.learning_rate&gt;." in page


def test_a_search_whose_trials_all_fail_ends_with_their_reason(
    search: Search, objective: Any
) -> None:
    def fails(number: int, settings: Any, report: Any) -> float:
        raise ConfigError("There is no such model.")

    objective(fails)
    with pytest.raises(ConfigError, match=r"first 3 trials failed; the last: There is no such"):
        search(trials=10)


def test_a_value_that_is_no_number_is_a_failure(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = iter([float("nan"), 0.5])
    monkeypatch.setattr("kgrec.tune.trial.value_of", lambda _log: next(values))
    study = search(trials=2)
    assert study.trials["error"].to_list() == ["NDCG@20 on valid is no number.", None]


def test_progress_is_one_stage_with_the_best_so_far(search: Search) -> None:
    stages: list[tuple[str, int | None]] = []
    notes: list[str] = []
    steps: list[int] = []

    class Bar:
        def advance(self, count: int = 1) -> None:
            steps.append(count)

        def note(self, text: str) -> None:
            notes.append(text)

    class Watched(Progress):
        def stage(self, name: str, total: int | None = None) -> Any:
            stages.append((name, total))
            return nullcontext(Bar())

    study = search(trials=2, progress=Watched())
    assert stages == [("Tune", 2)]
    assert steps == [0, 1, 1]
    assert notes[0].startswith("epoch 1 0.")
    assert notes[-1] == f"best {study.value:.4f}"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"trials": 0}, "at least 1 trial, not 0"),
        ({"space": {}}, "nothing to search"),
        ({"space": {"gnn.depth": Dimension(1, 2)}}, "no setting 'gnn.depth'"),
        ({"timeout": 0.0}, "No trial came to its end"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    search: Search, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        search(**options)


def test_a_graph_without_validation_is_refused(
    search: Search, build: Callable[..., KnowledgeGraph], tmp_path: Path
) -> None:
    graph = build([("u", "a"), ("u", "b"), ("v", "a")])
    with pytest.raises(ConfigError, match="has no validation interactions"):
        search(graph=graph)
    assert not (tmp_path / "study").exists()


def test_a_folder_of_something_else_stays(search: Search, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(RunError, match="this is not a study and stays as it is"):
        search()
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["thesis.txt"]
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="this is not a study"):
        search(study=tmp_path / "file")


@pytest.mark.skipif(os.name == "nt", reason="no locks on folders there")
def test_two_searches_in_one_folder_are_kept_apart(search: Search, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    inside, over = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(tmp_path / "study"):
            inside.set()
            over.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(60)
    try:
        with pytest.raises(RunError, match="another process is tuning here"):
            search()
    finally:
        over.set()
        thread.join()
    assert search(trials=1).trials.height == 1


def test_names_that_an_address_could_not_hold_may_be_in_the_path(
    search: Search, tmp_path: Path
) -> None:
    folder = tmp_path / "a ?{x}% ü#" / "b"
    search(study=folder, trials=1)
    assert sorted(path.name for path in folder.iterdir()) == [
        "best.toml",
        "study.db",
        "study.html",
    ]


def test_without_the_package_the_command_is_named(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgrec\[tune\]'"):
        search()


def test_optuna_speaks_as_before_and_not_through_kgrec(
    search: Search, capfd: pytest.CaptureFixture[str]
) -> None:
    import optuna

    before = optuna.logging.get_verbosity()
    search(trials=1)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")
