from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from kgrec.cli.app import app
from kgrec.text.writers import Estimate, Prompt, Reply

RUN = CliRunner()


class Model:
    """A language model that finds nothing, and has a price."""

    identity = "model"
    cost: float | None = None

    def __init__(self) -> None:
        self.asked: list[Prompt] = []

    def estimate(self, prompts: Sequence[Prompt]) -> Estimate:
        return Estimate(100 * len(prompts), 700 * len(prompts), self.cost)

    def write(self, prompts: Sequence[Prompt]) -> Iterator[Any]:
        for place, prompt in enumerate(prompts):
            self.asked.append(prompt)
            yield place, Reply('{"facts": []}', "stop", 90, 9)

    @property
    def relations(self) -> set[str]:
        """Those that it was asked for."""
        schema = self.asked[0].schema
        assert schema is not None
        return set(schema["properties"]["facts"]["items"]["properties"]["relation"]["enum"])


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    made = Model()
    for place in ("kgrec.text.writers.open.open_writer", "kgrec.text.writers.open_writer"):
        monkeypatch.setattr(place, lambda _: made)
    monkeypatch.setattr("kgrec.recommend.texts.encoder_of", lambda _: None)
    return made


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


def test_what_costs_is_asked_before(cli: Callable[..., Any], copied: Path, model: Model) -> None:
    command = ("extract", copied, "--writer", "api", "--model", "m", "--limit", 3)
    model.cost = 0.5
    asked = RUN.invoke(app, [str(word) for word in command], input="n\n")
    assert asked.exit_code == 1
    assert "3 questions: about 300 tokens to read" in asked.stderr
    assert "cost up to 0.5" in asked.stderr
    assert "Nothing was asked" in asked.stderr
    assert not model.asked
    assert not (copied / "extracted.parquet").exists()
    agreed = cli(*command, "--yes")
    assert agreed.exit_code == 0, agreed.stderr
    assert len(model.asked) == 3


def test_what_is_free_is_not_asked_for(cli: Callable[..., Any], copied: Path, model: Model) -> None:
    result = cli("extract", copied, "--writer", "local", "--model", "m", "--limit", 3)
    assert result.exit_code == 0, result.stderr
    assert len(model.asked) == 3
    assert "cost" not in result.stderr


def test_a_model_is_not_asked_for_sensitive_facts(
    cli: Callable[..., Any], copied: Path, model: Model
) -> None:
    command = ("extract", copied, "--writer", "local", "--model", "m", "--limit", 1)
    assert cli(*command).exit_code == 0
    assert "has_genre" in model.relations
    model.asked.clear()
    result = cli(*command, "--set", "graph.sensitive=genres", "--format", "json")
    assert result.exit_code == 0, result.stderr
    assert "has_genre" not in model.relations
    assert json.loads(result.stdout)["texts"] == 1
    for names, said in (("genrs", "no relation of facts"), ("genres", "is sensitive")):
        settings = ("--set", f"graph.sensitive={names}", "--relation", "has_genre")
        refused = cli(*command, *settings)
        assert refused.exit_code == 1
        assert said in refused.stderr
