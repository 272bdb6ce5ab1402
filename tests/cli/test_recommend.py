from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_lists_are_written(cli: Callable[..., Any], run: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / "deep" / f"top.{ending}"
    result = cli("recommend", run, "--users-from", "test", "-k", 5, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    table = pl.read_parquet(out) if ending == "parquet" else pl.read_csv(out)
    assert table.columns == ["user", "item", "rank", "score"]
    assert table.group_by("user").len()["len"].unique().to_list() == [5]
    assert table["rank"].unique().sort().to_list() == [1, 2, 3, 4, 5]
    assert table["user"].n_unique() == 30


def test_reasons_are_a_column(cli: Callable[..., Any], run: Path, tmp_path: Path) -> None:
    out = tmp_path / "top.parquet"
    cli("recommend", run, "--users", "1", "-k", 3, "--out", out, "--explain")
    table = pl.read_parquet(out)
    assert table.columns == ["user", "item", "rank", "score", "reason"]
    assert table["reason"].str.len_chars().min() > 0  # type: ignore[operator]


def test_a_table_shows_names_and_reasons(cli: Callable[..., Any], run: Path) -> None:
    result = cli("recommend", run, "--users", "1, 2", "--users", "3", "-k", 2, "--explain")
    assert result.exit_code == 0
    lines = [line for line in result.stdout.splitlines() if " The " in line]
    assert [line.split()[0] for line in lines] == ["1", "1", "2", "2", "3", "3"]
    assert "why" in result.stdout
    chinese = cli("recommend", run, "--users", "1", "-k", 1, "--explain", "--language", "zh")
    assert "因为" in chinese.stdout


def test_all_means_all(cli: Callable[..., Any], run: Path, tmp_path: Path) -> None:
    out = tmp_path / "top.parquet"
    cli("recommend", run, "--all", "-k", 1, "--out", out)
    assert pl.read_parquet(out)["user"].n_unique() == 30


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--all", "--users", "1"],
        ["--users-from", "somewhere"],
        ["--all", "-k", "0"],
        ["--all", "--out", "top.txt"],
    ],
)
def test_usage_errors(cli: Callable[..., Any], run: Path, options: list[str]) -> None:
    result = cli("recommend", run, *options)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_an_unknown_user_is_one_sentence(cli: Callable[..., Any], run: Path) -> None:
    result = cli("recommend", run, "--users", "1,nobody")
    assert result.exit_code == 1
    assert "There is no user 'nobody'" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_earlier_file_survives_a_failure(
    cli: Callable[..., Any], run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "top.csv"
    out.write_text("old")
    cli("recommend", run, "--users", "nobody", "--out", out)
    assert out.read_text() == "old"


def test_a_policy_says_what_it_did(cli: Callable[..., Any], run: Path, tmp_path: Path) -> None:
    policy, out = tmp_path / "policy.toml", tmp_path / "top.csv"
    policy.write_text('never = "genre/Comedy"\ndiversity = { strength = 0.5 }\n')
    options = ("recommend", run, "--users-from", "test", "-k", 5, "--policy", policy)
    result = cli(*options)
    assert result.exit_code == 0, result.stderr
    assert "never genre/Comedy: " in result.stderr
    assert "recommendations moved" in result.stderr
    assert "moved" in result.stdout
    assert cli(*options, "--out", out).exit_code == 0
    table = pl.read_csv(out)
    assert table.columns == ["user", "item", "rank", "score", "place", "moved"]
    assert table["moved"].str.contains("diversity: from ").any()


def test_a_wrong_policy_is_one_sentence(cli: Callable[..., Any], run: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("never = 'genre/Comdy'")
    result = cli("recommend", run, "--all", "--policy", policy)
    assert result.exit_code == 1
    assert "did you mean 'Comedy'" in result.stderr
    assert len(result.stderr.splitlines()) == 1
