from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmarks.finished import Finished, Job

JOB = Job("set", "kgrec", 1, {"settings": {"a": (1, 2)}})


def test_a_job_runs_once(tmp_path: Path) -> None:
    runs: list[int] = []

    def run() -> dict[str, object]:
        runs.append(1)
        return {"value": 0.5}

    for _ in range(2):
        assert Finished(tmp_path).get_or_run(JOB, run) == {"value": 0.5}
    assert len(runs) == 1


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"system": "EASE"}, {"set_name": "x"}, {"inputs": {"settings": {}}}]
)
def test_another_job_is_not_this_one(tmp_path: Path, change: dict[str, object]) -> None:
    finished = Finished(tmp_path)
    finished.get_or_run(JOB, lambda: {"value": 0.5})
    assert finished.get(dataclasses.replace(JOB, **change)) is None  # type: ignore[arg-type]


def test_a_job_that_fails_is_not_finished(tmp_path: Path) -> None:
    def fail() -> dict[str, object]:
        raise RuntimeError("out of memory")

    finished = Finished(tmp_path)
    with pytest.raises(RuntimeError):
        finished.get_or_run(JOB, fail)
    assert finished.get(JOB) is None


def test_every_job_has_its_own_files(tmp_path: Path) -> None:
    finished = Finished(tmp_path)
    files = {
        place(job)
        for job in (JOB, dataclasses.replace(JOB, seed=2))
        for place in (finished.lists, finished.log, finished.report)
    }
    assert len(files) == 6
    assert all(file.parent.is_dir() for file in files)
