from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A query needs nothing of a run but its graph."""
    run = tmp_path_factory.mktemp("run")
    KnowledgeGraph.build(tiny_dataset()).save(run / "graph")
    return run


def test_json_is_one_document_on_stdout(cli: Callable[..., Any], folder: Path) -> None:
    result = cli(
        "query", folder, "MATCH (u:User {id: '1'})-[r:interacted]->(m:Item) RETURN u, m.id AS item",
        "--format", "json",
    )  # fmt: skip
    document = json.loads(result.stdout)
    assert list(document) == ["columns", "rows"]
    assert document["columns"] == ["u", "item"]
    assert document["rows"][0][0]["key"] == "user:1"


def test_a_table_shows_labels_and_paths(cli: Callable[..., Any], folder: Path) -> None:
    result = cli(
        "query",
        folder,
        "MATCH p = (:Item {id: '1'})-[:directed_by]->(e)<-[:directed_by]-(:Item) "
        "RETURN p, 0.5 AS half, null AS nothing LIMIT 1",
    )
    assert result.exit_code == 0
    assert "(The Silent Lantern)-[directed_by]->(" in result.stdout
    assert ")<-[directed_by]-(" in result.stdout
    assert "0.5000" in result.stdout


def test_nothing_of_a_long_value_is_cut_in_a_pipe(cli: Callable[..., Any], folder: Path) -> None:
    long = "x" * 500
    assert long in cli("query", folder, f"RETURN '{long}' AS word").stdout


def test_markup_and_control_characters_do_nothing(cli: Callable[..., Any], folder: Path) -> None:
    result = cli("query", folder, "RETURN '[red]loud[/red]' AS a, '\x1b]0;title\x07' AS b")
    assert "[red]loud[/red]" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


@pytest.mark.parametrize("query", ["CREATE (n:Item)", "MATCH (n) DETACH DELETE n", "MATCH (n"])
def test_only_reading_is_possible(cli: Callable[..., Any], folder: Path, query: str) -> None:
    result = cli("query", folder, query)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("kgrec: The query")
