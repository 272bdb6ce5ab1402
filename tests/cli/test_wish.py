from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kgrec.cli.app import app
from kgrec.recommend import Recommender


@pytest.fixture(scope="module")
def run(fitted: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wish") / "run"
    fitted.save(folder)
    return folder


def test_a_wish_as_a_table(run: Path) -> None:
    done = CliRunner().invoke(app, ["wish", str(run), "a funny film, no mystery", "-k", "3"])
    assert done.exit_code == 0, done.output
    assert "Comedy (Genre)" in done.stdout
    assert "Mystery (Genre)" in done.stdout
    assert "because" in done.stdout


def test_a_wish_as_json(run: Path) -> None:
    args = ["wish", str(run), "a funny film", "--user", "1", "-k", "2", "--format", "json"]
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert [link["id"] for link in answer["intent"]["want"]] == ["genre/Comedy"]
    assert [row["rank"] for row in answer["items"]] == [1, 2]
    assert all(row["sentence"] for row in answer["items"])


def test_a_stranger_as_user(run: Path) -> None:
    done = CliRunner().invoke(app, ["wish", str(run), "a comedy", "--user", "nobody"])
    assert done.exit_code == 1
    assert "no user 'nobody'" in done.stderr
