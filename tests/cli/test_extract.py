from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from kgrec.cli.app import app

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "films"
    place.mkdir()
    pl.DataFrame({"user": list("aabbcc"), "item": list("121323")}).write_csv(place / "events.csv")
    pl.DataFrame(
        {
            "item": ["1", "2", "3"],
            "title": ["Night Boat", "Dawn Fields", "Silence Street"],
            "text": ["A film like Dawn Fields.", "It reminds of Night Boat.", "Nothing."],
        }
    ).write_csv(place / "items.csv")
    return place


def run(*words: object) -> str:
    result = RUN.invoke(app, ["extract", *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


def test_claims_are_found_listed_judged_and_kept(folder: Path) -> None:
    assert "2 accepted" in run(folder)
    file = folder / "extracted.parquet"
    table = pl.read_parquet(file)
    assert table.select("head", "tail").rows() == [("1", "2"), ("2", "1")]
    name = table["id"][0]
    assert name in run(folder, "--list")
    assert name not in run(folder, "--state", "quarantined")
    run(folder, "--reject", name)
    run(folder)
    again = pl.read_parquet(file)
    assert again.filter(pl.col("id") == name)["state"].item() == "rejected"
    assert again.height == 2


def test_a_table_can_be_edited_elsewhere(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "claims.csv"
    run(folder, "--out", out, "--limit", 1)
    edited = pl.read_csv(out).with_columns(state=pl.lit("rejected"))
    edited.write_csv(out)
    run(folder, "--out", out)
    states = dict(pl.read_csv(out).select("head", "state").iter_rows())
    assert states == {1: "rejected", 2: "accepted"}
    assert not (folder / "extracted.parquet").exists()


def test_what_cannot_be_done_is_said_in_a_sentence(folder: Path) -> None:
    for words, said in (
        ([folder, "--accept", "x"], "no claim 'x'"),
        ([folder, "--state", "maybe"], "no state 'maybe'"),
        ([folder, "--out", "claims.json"], ".parquet or .csv"),
        ([folder, "--relation", "directd"], "directd"),
    ):
        result = RUN.invoke(app, ["extract", *map(str, words)])
        assert result.exit_code == 1
        assert said in result.output
