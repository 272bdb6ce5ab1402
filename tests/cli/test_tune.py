from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.recommend import Recommender

Cli = Callable[..., Any]


@pytest.fixture(scope="module")
def study(cli: Cli, tiny: Path, fast: list[str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a search through the command line answered, and its folder as ``.folder``."""
    folder = tmp_path_factory.mktemp("studies") / "tiny"
    result = cli("tune", tiny, "--out", folder, "--trials", 2, *fast)
    assert result.exit_code == 0, result.stderr
    result.folder = folder
    return result


def test_the_best_trials_are_printed_and_progress_is_not_among_them(study: Any) -> None:
    assert "gnn.learning_rate" in study.stdout
    assert "NDCG@20 on valid: 0." in study.stdout
    assert f"--config {study.folder / 'best.toml'}" in study.stdout
    assert "Tune" not in study.stdout
    assert "Tune" in study.stderr
    assert "2/2" in study.stderr


def test_what_was_found_is_what_train_takes(
    cli: Cli, study: Any, tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    best = study.folder / "best.toml"
    result = cli("train", tiny, "--out", tmp_path / "run", "--config", best)
    assert result.exit_code == 0, result.stderr
    config = Recommender.load(tmp_path / "run").config
    assert config.gnn.epochs == 2
    assert not config.text.enabled
    found = json.loads(cli_json(cli, study, tiny, fast).stdout)["best"]
    assert config.gnn.dropout == found["gnn.dropout"]
    assert "gnn.epochs" not in found, "what is given is not searched"


def cli_json(cli: Cli, study: Any, tiny: Path, fast: list[str]) -> Any:
    return cli("tune", tiny, "--out", study.folder, "--trials", 2, "--format", "json", *fast)


def test_json_is_one_document_and_the_same_command_goes_on(
    cli: Cli, study: Any, tiny: Path, fast: list[str]
) -> None:
    result = cli_json(cli, study, tiny, fast)
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["metric"] == "NDCG@20"
    assert answer["value"] == max(trial["value"] for trial in answer["trials"])
    assert [trial["trial"] for trial in answer["trials"]] == [0, 1]


def test_settings_of_the_command_line_come_after_those_of_the_file(
    cli: Cli, study: Any, tiny: Path, tmp_path: Path
) -> None:
    best = study.folder / "best.toml"
    given = ("--config", best, "--set", "gnn.dropout=0.25", "--seed", 5)
    result = cli("train", tiny, "--out", tmp_path / "run", *given)
    assert result.exit_code == 0, result.stderr
    config = Recommender.load(tmp_path / "run").config
    assert (config.gnn.dropout, config.seed, config.gnn.epochs) == (0.25, 5, 2)


def test_a_space_of_ones_own_is_searched(
    cli: Cli, tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    space = tmp_path / "space.toml"
    space.write_text("[gnn]\ndropout = { low = 0.7, high = 0.8 }\n", encoding="utf-8")
    given = ("--trials", 1, "--space", space, "--format", "json", "--seed", 3)
    result = cli("tune", tiny, "--out", tmp_path / "study", *given, *fast)
    assert result.exit_code == 0, result.stderr
    (name,) = json.loads(result.stdout)["best"]
    assert name == "gnn.dropout"
    assert "seed = 3" in (tmp_path / "study" / "best.toml").read_text(encoding="utf-8")


def test_trials_are_tracked_each_in_a_folder_of_its_own(
    cli: Cli, tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    pytest.importorskip("tensorboard")
    given = ("--trials", 2, "--track", f"tensorboard:{tmp_path / 'logs'}")
    result = cli("tune", tiny, "--out", tmp_path / "study", *given, *fast)
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["trial-000", "trial-001"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--set", "gnn.depth=2"], "There is no setting 'gnn.depth'"),
        (["--space", "missing.toml"], "missing.toml: the file cannot be read"),
        (["--config", "missing.toml"], "missing.toml: the file cannot be read"),
        (["--track", "mlflow"], "'mlflow' is no tracker"),
        (["--timeout", "0"], "No trial came to its end"),
    ],
)
def test_bad_input_is_one_sentence(
    cli: Cli, tiny: Path, fast: list[str], tmp_path: Path, given: list[str], sentence: str
) -> None:
    result = cli("tune", tiny, "--out", tmp_path / "study", *fast, *given)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_setting_cannot_be_given_and_searched(cli: Cli, tiny: Path, tmp_path: Path) -> None:
    space = tmp_path / "space.toml"
    space.write_text("[gnn]\ndropout = { low = 0.1, high = 0.8 }\n", encoding="utf-8")
    given = ("--space", space, "--set", "gnn.dropout=0.5")
    result = cli("tune", tiny, "--out", tmp_path / "study", *given)
    assert result.exit_code == 1
    assert "'gnn.dropout' is given with --set and searched in" in result.stderr


def test_an_interruption_says_how_to_go_on(
    cli: Cli, tiny: Path, fast: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr("kgrec.tune.trial.Trainer.value", interrupted)
    result = cli("tune", tiny, "--out", tmp_path / "study", *fast)
    assert result.exit_code == 130
    assert f"the same command goes on with {tmp_path / 'study'}" in result.stderr
