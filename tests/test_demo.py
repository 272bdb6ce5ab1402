from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from kgrec.config import Config
from kgrec.demo import history_of, run_demo, typical_user
from kgrec.errors import RunError, UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.testing import tiny_dataset, write_tiny_folder

FAST = Config().replace(
    {
        "text.enabled": False,
        "kge.enabled": False,
        "gnn.epochs": 2,
        "gnn.embedding_size": 8,
        "gnn.factors": 8,
    }
)


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.build(tiny_dataset())


def demo(folder: Path, width: int, **options: str) -> str:
    write_tiny_folder(folder / "tiny")
    console = Console(file=io.StringIO(), width=width)
    run_demo(folder / "run", config=FAST, console=console, dataset=folder / "tiny", **options)  # type: ignore[arg-type]
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_demo_prints_and_writes_everything(tmp_path: Path) -> None:
    printed = demo(tmp_path, 100, user="3")
    for expected in (
        "30 users, 40 items",
        "The graph is valid",
        "Popularity",
        "ItemKNN",
        "RP3beta",
        "EASE",
        "kgrec",
        "NDCG@20",
        "History of user 3",
        "Paths carry",
        "CC0 1.0",
        "kgrec explain",
        "kgrec query",
    ):
        assert expected in printed
    assert (tmp_path / "run" / "report.html").read_text(encoding="utf-8").startswith("<!doctype")
    rec = Recommender.load(tmp_path / "run")
    for label in rec.recommend(users=["3"], k=10).to_polars()["label"]:
        assert label in printed


def test_a_wide_terminal_shows_history_and_recommendations_side_by_side(tmp_path: Path) -> None:
    lines = demo(tmp_path, 160).splitlines()
    (head,) = [line for line in lines if "History of user" in line]
    assert "Recommended" in head


def test_a_folder_that_is_no_run_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(RunError, match="is not a run"):
        run_demo(tmp_path, config=FAST, dataset=tmp_path)


def test_an_unknown_user_is_found_out_before_training(tmp_path: Path) -> None:
    with pytest.raises(UnknownIdError, match="nobody"):
        demo(tmp_path, 80, user="nobody")
    assert not (tmp_path / "run").exists()


def test_the_typical_user_is_the_one_nearest_to_the_length(graph: KnowledgeGraph) -> None:
    interacted = graph.edges.filter(pl.col("relation") == "interacted")
    lengths = dict(interacted.group_by("head").len().iter_rows())
    wanted = max(lengths.values())
    user = typical_user(graph, wanted)
    assert lengths[f"user:{user}"] == wanted
    assert user == typical_user(graph, wanted)


def test_a_history_is_latest_first_and_without_the_test(graph: KnowledgeGraph) -> None:
    data = tiny_dataset()
    taken = pl.concat([data.train, data.valid]).filter(pl.col("user") == "5")
    expected = taken.sort("timestamp", descending=True)["item"].to_list()
    assert history_of(graph, "5") == tuple(graph.label(f"item:{item}") for item in expected)
