from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_json_has_the_fixed_keys(cli: Callable[..., Any], run: Path) -> None:
    document = json.loads(cli("evaluate", run, "--format", "json").stdout)
    assert list(document)[:5] == ["users", "k", "metrics", "baselines", "slices"]
    assert document["users"] == 30
    assert document["k"] == [10, 20]
    assert {"Recall@20", "NDCG@20", "Recall@10", "NDCG@10"} <= document["metrics"].keys()
    systems = {"Popularity", "ItemKNN", "RP3beta", "EASE", "iALS", "Content"}
    assert systems <= document["baselines"].keys() == document["baselines_beyond"].keys()
    assert {"Coverage@20", "Novelty@20", "Diversity@20", "Gini@20"} <= document["beyond"].keys()


def test_groups_of_users_and_items_can_be_asked_for(cli: Callable[..., Any], run: Path) -> None:
    words = ("--group", "country", "--group", "genres", "--no-baselines")
    document = json.loads(cli("evaluate", run, *words, "--format", "json").stdout)
    assert {"NDCG gap@20 by country", "Miscalibration@20 by genres"} <= document["beyond"].keys()
    assert "users: country Estara" in document["slices"]
    assert list(document["exposure"]) == ["genres"]
    assert "By genres" in cli("evaluate", run, *words).stdout


def test_an_unknown_group_is_one_sentence(cli: Callable[..., Any], run: Path) -> None:
    result = cli("evaluate", run, "--no-baselines", "--group", "colour")
    assert result.exit_code == 1
    assert "no attribute 'colour'" in " ".join(result.stderr.split())


def test_baselines_can_be_left_out(cli: Callable[..., Any], run: Path) -> None:
    result = cli("evaluate", run, "--no-baselines", "--format", "json")
    assert json.loads(result.stdout)["baselines"] == {}


def test_a_table_holds_every_system(cli: Callable[..., Any], run: Path) -> None:
    result = cli("evaluate", run)
    for name in ("Popularity", "ItemKNN", "RP3beta", "EASE", "iALS", "Content", "kgrec"):
        assert name in result.stdout
    assert "Fitting baselines" not in result.stdout


def test_the_numbers_are_those_of_training(cli: Callable[..., Any], trained: Any) -> None:
    line = next(line for line in trained.stdout.splitlines() if line.startswith("kgrec "))
    table = cli("evaluate", trained.run, "--no-baselines").stdout
    assert line in table.splitlines()


def test_a_run_without_test_is_one_sentence(
    cli: Callable[..., Any], run: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    (copy / "test.parquet").unlink()
    result = cli("evaluate", copy)
    assert result.exit_code == 1
    assert "no held-out interactions" in result.stderr


def test_explanations_are_one_json_document(cli: Callable[..., Any], run: Path) -> None:
    words = ("--explanations", "--sample", "3", "--format", "json")
    document = json.loads(cli("evaluate", run, *words).stdout)
    assert (document["users"], document["coverage"]["with_path"]) == (3, 1)
    assert {"random", "shortest", "attention", "popularity"} <= document["against"].keys()
    assert document["truth"]["unknown_entities"] == 0


def test_explanations_need_no_test_part(cli: Callable[..., Any], run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    (copy / "test.parquet").unlink()
    result = cli("evaluate", copy, "--explanations", "--sample", "1")
    assert result.exit_code == 0
    assert "Deleting 3 paths" in result.stdout
    assert "Testing explanations" not in result.stdout


def test_a_sample_of_nobody_is_refused(cli: Callable[..., Any], run: Path) -> None:
    assert cli("evaluate", run, "--explanations", "--sample", "0").exit_code == 2
