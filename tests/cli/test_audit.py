from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CHOSEN = ("--seeds", 1, "--no-cold", "--arms", "no-graph")


@pytest.fixture(scope="module")
def audited(
    cli: Callable[..., Any],
    tiny: Path,
    fast: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """What an audit answered, and the folder of its report as ``.report``."""
    report = tmp_path_factory.mktemp("audit") / "report"
    result = cli("audit", tiny, "--out", report, *CHOSEN, *fast)
    assert result.exit_code == 0, result.stderr
    result.report = report
    return result


def test_it_prints_a_table_and_sentences(audited: Any) -> None:
    assert "the whole against it" in audited.stdout
    assert "no graph" in audited.stdout
    assert "\nThe graph " in audited.stdout
    assert "Audit" in audited.stderr
    assert f"Saved {audited.report / 'audit.html'}" in audited.stderr


def test_it_writes_a_page_and_numbers(audited: Any) -> None:
    names = sorted(path.name for path in audited.report.iterdir())
    assert names == ["audit.html", "audit.json", "cells"]
    tree = json.loads((audited.report / "audit.json").read_text(encoding="utf-8"))
    assert list(tree["arms"]) == ["all", "no graph"]
    assert "The graph" in (audited.report / "audit.html").read_text(encoding="utf-8")


def test_json_is_one_document_and_nothing_is_trained_twice(
    cli: Callable[..., Any], audited: Any, tiny: Path, fast: list[str]
) -> None:
    cells = {path: path.stat().st_mtime_ns for path in (audited.report / "cells").iterdir()}
    arguments = ("--out", audited.report, *CHOSEN, *fast, "--format", "json")
    result = cli("audit", tiny, *arguments)
    tree = json.loads(result.stdout)
    assert tree == json.loads((audited.report / "audit.json").read_text(encoding="utf-8"))
    assert {"arms", "slices", "conclusions"} <= tree.keys()
    assert cells == {path: path.stat().st_mtime_ns for path in (audited.report / "cells").iterdir()}


def test_slips_are_told_before_anything_is_loaded(cli: Callable[..., Any], tmp_path: Path) -> None:
    result = cli("audit", "nowhere", "--out", tmp_path / "x", "--arms", "no grph")
    assert result.exit_code == 1
    assert "There is no arm 'no grph'; did you mean 'no graph'?" in result.stderr
    assert not (tmp_path / "x").exists()
    assert cli("audit", "nowhere", "--out", tmp_path / "x", "--seeds", 0).exit_code == 2


def test_a_dataset_that_leaks_is_refused(
    cli: Callable[..., Any], fast: list[str], tmp_path: Path
) -> None:
    for name, rows in {"train": "1234567", "valid": "8", "test": "17"}.items():
        lines = "".join(f"u,i{n}\n" for n in rows)
        (tmp_path / f"{name}.csv").write_text(f"user,item\n{lines}", encoding="utf-8")
    result = cli("audit", tmp_path, "--out", tmp_path / "report", *CHOSEN, *fast)
    assert result.exit_code == 1
    assert "the data give test answers away (test.csv: 2 rows set aside" in result.stderr


def test_a_curve_is_drawn_on_request(
    cli: Callable[..., Any], tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    result = cli("audit", tiny, "--out", tmp_path / "report", *CHOSEN, *fast, "--alpha-curve")
    assert result.exit_code == 0, result.stderr
    assert "over alpha was measured, for text.enabled is off" in result.stdout
