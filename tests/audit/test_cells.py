from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from kgrec import Config, KnowledgeGraph
from kgrec.audit.cells import Cells, key_of
from kgrec.testing import tiny_dataset

LISTS = pl.DataFrame({"user": ["1"], "item": ["2"], "rank": [1], "score": [0.5], "label": ["Two"]})


def test_what_was_made_once_is_remembered(tmp_path: Path) -> None:
    cells = Cells(tmp_path / "cells")
    made = cells.get("warm No Graph, 0", "abc", lambda: LISTS)
    assert not made.remembered
    assert [path.name for path in (tmp_path / "cells").iterdir()] == ["warm-no-graph-0-abc.parquet"]
    kept = cells.get("warm No Graph, 0", "abc", pytest.fail)
    assert kept.remembered
    assert kept.lists.equals(LISTS.drop("label"))
    assert kept.seconds == made.seconds
    assert not cells.get("warm No Graph, 0", "abd", lambda: LISTS).remembered


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> pl.DataFrame:
        raise ValueError("diverged")

    with pytest.raises(ValueError, match="diverged"):
        Cells(tmp_path).get("x", "abc", fail)
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nothing_is_kept() -> None:
    cells = Cells(None)
    cells.get("x", "abc", lambda: LISTS)
    assert not cells.get("x", "abc", lambda: LISTS).remembered


def test_a_key_depends_on_all_that_makes_lists() -> None:
    data = tiny_dataset()
    graph, config, users = KnowledgeGraph.build(data), Config(), ["1", "2"]
    fewer = KnowledgeGraph.build(replace(data, facts=data.facts.head(-1)))
    keys = [
        key_of(graph, users, config),
        key_of(fewer, users, config),
        key_of(replace(graph, candidates=("1",)), users, config),
        key_of(graph, ["1"], config),
        key_of(graph, users, config.replace({"seed": 1})),
        key_of(graph, users, config.replace({"gnn.epochs": 3})),
        key_of(graph, users, None),
        key_of(graph, users, config, k=10),
    ]
    assert len(set(keys)) == len(keys)
    again = KnowledgeGraph.build(tiny_dataset())
    assert key_of(again, users, config.replace({"threads": 2})) == keys[0]
