from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kgrec.recommend import Recommender


def test_metrics_are_printed_and_progress_is_not_among_them(trained: Any) -> None:
    assert "NDCG@20" in trained.stdout
    assert "On test" in trained.stdout
    assert "users, full ranking" in trained.stdout
    assert f"Saved {trained.run}" in trained.stderr
    assert "Building the graph" not in trained.stdout
    assert "Building the graph" in trained.stderr


def test_the_run_keeps_the_held_out_interactions(run: Path) -> None:
    rec = Recommender.load(run)
    assert isinstance(rec.held_out, pl.DataFrame)
    assert rec.held_out.height == 30
    assert rec.config.gnn.epochs == 2


def test_a_folder_that_is_no_run_is_refused(
    cli: Callable[..., Any], tiny: Path, fast: list[str]
) -> None:
    before = sorted(path.name for path in tiny.iterdir())
    result = cli("train", tiny, "--out", tiny, *fast)
    assert result.exit_code == 1
    assert "is not a run" in result.stderr
    assert sorted(path.name for path in tiny.iterdir()) == before


def test_a_failed_training_leaves_the_earlier_run(
    cli: Callable[..., Any], run: Path, tmp_path: Path
) -> None:
    (tmp_path / "train.csv").write_text("user,item\n", encoding="utf-8")
    result = cli("train", tmp_path, "--out", run)
    assert result.exit_code == 1
    assert "the table is empty" in result.stderr
    assert cli("recommend", run, "--users", "1").exit_code == 0


def test_training_again_replaces_the_run(
    cli: Callable[..., Any], tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    for seed in (1, 2):
        result = cli("train", tiny, "--out", run, "--seed", seed, *fast)
        assert result.exit_code == 0, result.stderr
        assert Recommender.load(run).config.seed == seed


@pytest.fixture
def leaky(tiny: Path, tmp_path: Path) -> Path:
    """A dataset folder in which two rows of train are in test, too."""
    folder = tmp_path / "leaky"
    shutil.copytree(tiny, folder)
    rows = pl.read_csv(folder / "train.csv", infer_schema=False).head(2)
    test = pl.read_csv(folder / "test.csv", infer_schema=False)
    pl.concat([test, rows]).write_csv(folder / "test.csv")
    return folder


def test_leaks_are_refused(
    cli: Callable[..., Any], leaky: Path, fast: list[str], tmp_path: Path
) -> None:
    result = cli("train", leaky, "--out", tmp_path / "run", *fast)
    assert result.exit_code == 1
    assert "kgrec: the data give test answers away (test.csv: 2 rows set aside" in result.stderr
    assert result.stderr.rstrip().endswith("or go on all the same, with --allow-leaks.")
    assert not (tmp_path / "run").exists()


def test_leaks_can_be_let_through_and_are_not_forgotten(
    cli: Callable[..., Any], leaky: Path, tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    result = cli("train", leaky, "--out", run, "--allow-leaks", *fast)
    assert result.exit_code == 0, result.stderr
    assert "The data give answers away:" in result.stderr
    evaluated = cli("evaluate", run, "--no-baselines", "--format", "json")
    assert "This run was trained on data that give answers away" in evaluated.stderr
    (leak,) = json.loads(evaluated.stdout)["leaks"]
    assert leak.startswith("test.csv: 2 rows set aside")
    assert cli("train", tiny, "--out", run, *fast).exit_code == 0
    assert "leaks" not in cli("evaluate", run, "--no-baselines", "--format", "json").stdout
