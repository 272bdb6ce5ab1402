"""``--format json`` is one document on stdout, whatever the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.cli.app import app

COMMANDS = [each.name for each in app.registered_commands if each.name != "serve"]  # prints none


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_it(cli: Callable[..., Any], command: str) -> None:
    assert "--format" in cli(command, "--help").stdout


def test_train(cli: Callable[..., Any], tiny: Path, fast: list[str], tmp_path: Path) -> None:
    result = cli("train", tiny, "--out", tmp_path / "run", *fast, "--format", "json", "--quiet")
    told = json.loads(result.stdout)
    assert told["run"] == str(tmp_path / "run")
    assert told["test"]["users"] > 0
    assert result.stderr == ""


def test_recommend(cli: Callable[..., Any], run: Path, tmp_path: Path) -> None:
    arguments = ["recommend", run, "--users", "1", "-k", "2", "--format", "json"]
    rows = json.loads(cli(*arguments, "--explain").stdout)["recommendations"]
    assert [row["rank"] for row in rows] == [1, 2]
    assert all(row["why"] for row in rows)
    file = tmp_path / "top.csv"
    assert json.loads(cli(*arguments, "--out", file).stdout) == {"file": str(file), "rows": 2}
    assert "why" not in json.loads(cli(*arguments).stdout)["recommendations"][0]


def test_check(cli: Callable[..., Any], tiny: Path) -> None:
    result = cli("check", tiny, "--format", "json")
    told = json.loads(result.stdout)
    assert told.keys() == {"dataset", "rows", "graph", "doubts", "dishonest"}
    assert result.exit_code == bool(told["dishonest"])


def test_export(cli: Callable[..., Any], run: Path, tmp_path: Path) -> None:
    told = json.loads(cli("export", run, "--to", tmp_path / "g.nq", "--format", "json").stdout)
    assert told["to"] == str(tmp_path / "g.nq")
    assert told["nodes"] > 0


def test_extract(cli: Callable[..., Any], tiny: Path, tmp_path: Path) -> None:
    out = ["--out", tmp_path / "claims.csv", "--format", "json"]
    found = json.loads(cli("extract", tiny, *out).stdout)
    assert found["file"] == str(tmp_path / "claims.csv")
    listed = json.loads(cli("extract", tiny, "--list", *out).stdout)["claims"]
    assert len(listed) == found["claims"]
