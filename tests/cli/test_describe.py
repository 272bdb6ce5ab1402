from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kgrec.graph.descriptions import descriptions_of
from kgrec.recommend import Recommender
from kgrec.text.writers import Estimate, Prompt, Reply
from kgrec.text.writers.base import Unasked

Cli = Callable[..., Any]


class Model:
    """A language model that says what things are; of every third it makes something up."""

    identity = "model"
    cost: float | None = None
    asked = 0
    stop_after = 10**9

    def estimate(self, prompts: Sequence[Prompt]) -> Estimate:
        return Estimate(100 * len(prompts), 160 * len(prompts), self.cost)

    def write(self, prompts: Sequence[Prompt]) -> Iterator[Any]:
        for place, prompt in enumerate(prompts):
            if self.asked == self.stop_after:
                raise KeyboardInterrupt
            self.asked += 1
            record = json.loads(prompt.messages[1].content.split("RECORD\n")[1].split("\nEND ")[0])
            lie = int(prompt.key.split(":")[1]) % 3 == 0
            said = "by Orson Welles" if lie else f"from {record['year']}"
            yield place, Reply(f"{record['name']} is a film {said}.", "stop", 90, 9)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    made = Model()
    monkeypatch.setattr("kgrec.text.writers.open.open_writer", lambda _: made)
    return made


FILMS = ("--types", "Film", "--limit", 12)


def test_without_a_model_all_is_the_template_s(cli: Cli, copied: Path) -> None:
    result = cli("describe", copied)
    assert result.exit_code == 0, result.stderr
    table = pl.read_parquet(copied / "descriptions.parquet")
    assert table["source"].unique().to_list() == ["template"]
    assert set(table["kind"]) == {"item", "entity"}
    assert "from template" in result.stdout


def test_texts_are_written_counted_and_trained_on(
    cli: Cli, copied: Path, model: Model, fast: list[str], tmp_path: Path
) -> None:
    result = cli("describe", copied, "--writer", "local", "--model", "m", *FILMS)
    assert result.exit_code == 0, result.stderr
    assert "12 questions: about 1,200 tokens to read" in result.stderr
    assert "refused: " in result.stdout
    again = cli("describe", copied, "--writer", "local", "--model", "m", *FILMS, "--format", "json")
    counts = json.loads(again.stdout)
    assert counts["written"] == 8
    assert counts["from_template"] == 4
    assert counts["requests"] == 0
    assert counts["from_cache"] == 12
    run = tmp_path / "run"
    trained = cli("train", copied, "--out", run, *fast)
    assert trained.exit_code == 0, trained.stderr
    kept = descriptions_of(Recommender.load(run).graph.nodes)
    assert kept["source"].value_counts(sort=True).rows() == [("local", 8), ("template", 4)]


def test_what_is_not_described_now_and_what_others_wrote_stays(
    cli: Cli, copied: Path, model: Model
) -> None:
    assert cli("describe", copied, "--types", "Film").exit_code == 0
    file = copied / "descriptions.parquet"
    before = pl.read_parquet(file)
    own = pl.DataFrame({"kind": ["item"], "id": ["1"], "text": ["By hand."], "source": ["Ann"]})
    before.update(own, on=["kind", "id"]).write_parquet(file)
    result = cli("describe", copied, "--writer", "local", "--model", "m", *FILMS)
    assert result.exit_code == 0, result.stderr
    after = pl.read_parquet(file)
    assert after.height == before.height
    assert after.filter(source="Ann")["text"].to_list() == ["By hand."]
    others = after.filter(pl.col("source") != "Ann")
    assert others.height == before.height - 1
    changed = others.join(before, on=before.columns, how="anti", nulls_equal=True)
    assert changed["source"].unique().to_list() == ["local"]
    assert 0 < changed.height < 12


def test_what_a_budget_left_out_is_told(
    cli: Cli, copied: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spent(prompts: Sequence[Prompt]) -> Iterator[Any]:
        return ((place, Unasked("the budget is spent")) for place in range(len(prompts)))

    monkeypatch.setattr(model, "write", spent)
    command = ("describe", copied, "--writer", "local", "--model", "m", *FILMS)
    result = cli(*command)
    assert result.exit_code == 0, result.stderr
    assert "12 texts were not asked for" in result.stderr
    assert json.loads(cli(*command, "--format", "json").stdout)["not_asked"] == 12


def test_an_interrupted_run_changes_nothing_and_goes_on(
    cli: Cli, copied: Path, model: Model
) -> None:
    earlier = copied / "descriptions.parquet"
    pl.DataFrame({"id": ["1"], "text": ["By hand."]}).write_parquet(earlier)
    before = earlier.read_bytes()
    model.stop_after = 5
    command = ("describe", copied, "--writer", "local", "--model", "m", *FILMS)
    assert cli(*command).exit_code == 130
    assert earlier.read_bytes() == before
    model.stop_after, model.asked = 10**9, 0
    result = cli(*command, "--format", "json")
    counts = json.loads(result.stdout)
    assert counts["written"] == 8
    assert counts["from_cache"] >= 3
    assert not list(copied.glob(".*"))


def test_a_full_disk_leaves_the_earlier_file(
    cli: Cli, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = copied / "descriptions.parquet"
    pl.DataFrame({"id": ["1"], "text": ["By hand."]}).write_parquet(earlier)
    before = earlier.read_bytes()

    def full(_: pl.DataFrame, file: Path) -> None:
        Path(file).write_bytes(b"PAR1")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    result = cli("describe", copied)
    assert result.exit_code == 1
    assert "No space left" in result.stderr
    assert earlier.read_bytes() == before
    assert not list(copied.glob(".*"))


def test_what_costs_is_asked_before(cli: Cli, copied: Path, model: Model) -> None:
    model.cost = 1.5
    command = ("describe", copied, "--writer", "api", "--model", "m", *FILMS)
    refused = cli(*command)
    assert refused.exit_code == 1
    assert "cost up to 1.5" in refused.stderr
    assert model.asked == 0
    assert not (copied / "descriptions.parquet").exists()
    assert cli(*command, "--yes").exit_code == 0


def test_a_cache_can_be_shipped(cli: Cli, copied: Path, model: Model, tmp_path: Path) -> None:
    command = (
        "describe",
        copied,
        "--writer",
        "local",
        "--model",
        "m",
        *FILMS,
        "--format",
        "json",
    )
    shipped = tmp_path / "answers.parquet"
    first = cli(*command, "--export-cache", shipped, "--cache", tmp_path / "one.sqlite")
    assert json.loads(first.stdout)["exported"] == 8
    other = cli(*command, "--import-cache", shipped, "--cache", tmp_path / "two.sqlite")
    counts = json.loads(other.stdout)
    assert (counts["written"], counts["from_cache"]) == (8, 8)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--types", "Flim"], "did you mean 'Film'?"),
        (["--out", "x.csv"], "ends in .parquet"),
        (["--writer", "local"], "writer.model is not set"),
        (["--set", "graph.sensitive=nonsense"], "graph.sensitive"),
    ],
)
def test_errors_are_one_sentence(cli: Cli, copied: Path, words: list[str], message: str) -> None:
    result = cli("describe", copied, *words)
    assert result.exit_code == 1
    assert message in result.stderr
    assert not (copied / "descriptions.parquet").exists()


def test_what_a_model_extracted_is_neither_told_nor_evidence(
    cli: Cli, copied: Path, model: Model, fast: list[str], tmp_path: Path
) -> None:
    claim = {
        "head": "1",
        "relation": "won",
        "tail": "text:Award/golden bear",
        "tail_kind": "entity",
        "tail_label": "Golden Bear",
        "tail_type": "Award",
        "state": "accepted",
        "asserted_by": "model",
    }
    pl.DataFrame([claim]).write_csv(copied / "extracted.csv")
    asked: list[str] = []
    say = model.write

    def write(prompts: Sequence[Prompt], *more: object) -> Iterator[Any]:
        asked.extend(prompt.messages[1].content for prompt in prompts)
        for place, _ in say(prompts, *more):
            record = json.loads(asked[place].split("RECORD\n")[1].split("\nEND ")[0])
            said = f"{record['name']} is a film that won the Golden Bear."
            yield place, Reply(said, "stop", 90, 9)

    model.write = write  # type: ignore[method-assign]
    command = ("describe", copied, "--writer", "local", "--model", "m", *FILMS)
    result = cli(*command, "--set", "graph.extracted=explain")
    assert result.exit_code == 0, result.stderr
    assert asked
    assert not any("Golden Bear" in each for each in asked)
    table = pl.read_parquet(copied / "descriptions.parquet")
    assert not table["text"].str.contains("Golden Bear").any()
    run = tmp_path / "run"
    assert cli("train", copied, "--out", run, *fast).exit_code == 0
    kept = Recommender.load(run).graph
    assert kept.edges.filter(relation="won").height == 1
    assert not descriptions_of(kept.nodes)["text"].str.contains("Golden Bear").any()


def test_a_name_needs_a_place_and_a_csv_is_not_doubled(cli: Cli, copied: Path) -> None:
    assert "--out" in cli("describe", "ml-100k").stderr
    assert "no folder and no dataset 'nofolder'" in cli("describe", "nofolder").stderr
    assert "this is a file" in cli("describe", copied / "items.csv").stderr
    (copied / "descriptions.csv").write_text("id,text\n1,One.\n", encoding="utf-8")
    assert "descriptions.csv" in cli("describe", copied).stderr


def test_train_reads_a_file_of_descriptions(
    cli: Cli, copied: Path, fast: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "texts.csv"
    file.write_text("id,text\n1,By hand.\n", encoding="utf-8")
    run = tmp_path / "run"
    result = cli("train", copied, "--out", run, "--descriptions", file, *fast)
    assert result.exit_code == 0, result.stderr
    kept = descriptions_of(Recommender.load(run).graph.nodes)
    assert kept.rows() == [("item:1", "By hand.", "given", False)]
