from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kgrec.config import Config
from kgrec.errors import RunError
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset
from kgrec.tune import Dimension, Study
from kgrec.tune.space import Space

Search = Callable[..., Study]

TUNE = """
from kgrec.config import Config
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset
from kgrec.tune import Dimension, tune

tune(
    KnowledgeGraph.build(tiny_dataset()),
    study=folder,
    trials=200,
    space={"gnn.dropout": Dimension(0.1, 0.8), "gnn.layers": Dimension(0, 2)},
    config=Config().replace(settings),
)
"""


def course(study: Study) -> pl.DataFrame:
    return study.trials.drop("trial", "seconds")


def test_the_same_call_goes_on(search: Search, tmp_path: Path) -> None:
    whole = search(study=tmp_path / "whole", trials=3)
    search(trials=1)
    parts = search(trials=3)
    assert course(parts).equals(course(whole))
    assert search(trials=3).trials.equals(parts.trials), "there is nothing left to do"
    assert search(trials=1).trials.height == 3


def test_a_search_that_is_interrupted_comes_out_as_if_it_was_not(
    search: Search, objective: Any, the_hill: Any, tmp_path: Path
) -> None:
    objective(the_hill)
    whole = search(study=tmp_path / "whole", trials=13)
    stops = {3, 7, 8, 12}

    def stopping(number: int, settings: Any, report: Any) -> float:
        if number in stops:
            report(1, 0.5)
            raise KeyboardInterrupt
        return float(the_hill(number, settings, report))

    objective(stopping)
    for _ in stops:
        with pytest.raises(KeyboardInterrupt):
            search(trials=13)
    study = search(trials=13)
    assert set(study.trials["trial"]) == set(range(17)) - stops
    # Trial 8 was the second in its place that was stopped, so that another was proposed there.
    assert course(study).head(6).equals(course(whole).head(6))
    assert not course(study).equals(course(whole))

    stops.clear()
    stops.update({3, 8, 12})
    for _ in stops:
        with pytest.raises(KeyboardInterrupt):
            search(study=tmp_path / "third", trials=13)
    assert course(search(study=tmp_path / "third", trials=13)).equals(course(whole))


def test_a_trial_that_kills_the_process_again_and_again_gives_way(
    search: Search, objective: Any
) -> None:
    tried: list[float] = []

    def dies(number: int, settings: Any, report: Any) -> float:
        tried.append(settings["gnn.dropout"])
        if len(set(tried)) == 1:
            raise MemoryError
        return 0.5

    objective(dies)
    for _ in range(2):
        with pytest.raises(MemoryError):
            search(trials=1)
    assert search(trials=1).value == 0.5
    assert tried[0] == tried[1] != tried[2]


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_after_kill_9_the_study_is_that_of_an_uninterrupted_search(
    search: Search, child: Callable[..., BaseProcess], tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    fast = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": 1, "threads": 1}
    small = {"gnn.embedding_size": 8, "gnn.factors": 8, "gnn.batch_size": 64}
    process = child(TUNE, folder=folder, settings={**fast, **small})
    try:
        until(lambda: finished(folder) >= 2 or not process.is_alive())
    finally:
        process.kill()
        process.join()
    assert process.exitcode == -signal.SIGKILL
    done = finished(folder)
    options: dict[str, Any] = {
        "space": {"gnn.dropout": Dimension(0.1, 0.8), "gnn.layers": Dimension(0, 2)},
        "config": Config().replace({**fast, **small}),
        "trials": done + 1,
    }
    study = search(study=folder, **options)
    assert study.trials.height == done + 1
    assert states(folder).isdisjoint({"RUNNING", "WAITING"})
    assert course(study).equals(course(search(study=tmp_path / "whole", **options)))


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def query(folder: Path, text: str) -> list[Any]:
    try:
        with sqlite3.connect(f"file:{folder / 'study.db'}?mode=ro", uri=True) as database:
            rows = database.execute(text).fetchall()
        database.close()
    except sqlite3.OperationalError:
        return []
    return rows


def finished(folder: Path) -> int:
    return len(query(folder, "SELECT 1 FROM trials WHERE state IN ('COMPLETE', 'PRUNED')"))


def states(folder: Path) -> set[str]:
    return {state for (state,) in query(folder, "SELECT DISTINCT state FROM trials")}


def test_another_search_is_refused_and_says_in_what_it_differs(
    search: Search, small: Space, quick: Callable[..., Config], tmp_path: Path
) -> None:
    search(trials=1)
    other = KnowledgeGraph.build(tiny_dataset(seed=1))
    wider = {**small, "gnn.dropout": Dimension(0.0, 0.9)}
    fewer = {name: values for name, values in small.items() if name != "gnn.layers"}
    for options, sentence in [
        ({"graph": other}, "begun on other data: 'tiny' as it was then"),
        ({"space": wider}, "begun in another space: gnn.dropout;"),
        ({"space": fewer}, "begun in another space: gnn.layers;"),
        ({"config": quick(gnn__epochs=4)}, "begun with other settings: gnn.epochs;"),
        ({"seed": 9}, "begun with the seed 0, not 9"),
    ]:
        with pytest.raises(RunError, match=sentence) as caught:
            search(**options)
        assert str(tmp_path / "study" / "study.db") in str(caught.value)
        assert "choose another place" in str(caught.value)
    assert search(trials=1).trials.height == 1


@pytest.mark.parametrize("content", [b"", b"not a database at all, but a text" * 40])
def test_a_broken_file_is_refused(search: Search, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.db").write_bytes(content)
    if not content:  # SQLite makes an empty file before it writes: a study killed at once
        assert search(trials=1).trials.height == 1
        return
    with pytest.raises(RunError, match=r"study\.db: the file is broken"):
        search()
    assert (tmp_path / "study" / "study.db").read_bytes() == content


def test_a_study_of_something_else_is_refused(search: Search, tmp_path: Path) -> None:
    import optuna

    (tmp_path / "study").mkdir()
    address = f"sqlite:///{tmp_path / 'study' / 'study.db'}"
    study = optuna.create_study(storage=address, study_name="kgrec", direction="maximize")
    study.tell(study.ask({"x": optuna.distributions.FloatDistribution(0, 1)}), 0.5)
    with pytest.raises(RunError, match="not one of this version of kgrec"):
        search()
