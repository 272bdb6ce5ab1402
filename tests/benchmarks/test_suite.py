from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import benchmarks.suite
from benchmarks.__main__ import main

FAST = ["text.enabled=False", "kge.enabled=False", "gnn.epochs=3", "gnn.factors=8"]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the functions that would run in a process of their own; here they do not."""
    seen: list[str] = []

    def here(step: Callable[..., Any], *arguments: Any) -> Any:
        seen.append(step.__name__)
        return step(*arguments)

    monkeypatch.setattr(benchmarks.suite, "apart", here)
    monkeypatch.setenv("KGREC_CACHE", "")  # run_kgrec sets it: taken back after the test
    return seen


def run(folder: Path, out: Path, *more: str) -> None:
    settings = [word for setting in FAST for word in ("--set", setting)]
    main([str(folder), "--out", str(out), "--seeds", "2", *settings, *more])


def test_one_command_measures_everything_once(
    tiny: Path, tmp_path: Path, calls: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(tiny, tmp_path / "out")
    first = capsys.readouterr()
    assert calls.count("run_kgrec") == 2
    assert calls.count("run_baseline") >= 4
    assert "| tiny | EASE | 1 |" in first.out
    table = (tmp_path / "out/table.md").read_text(encoding="utf-8")
    assert table.strip() == first.out.strip()
    results = json.loads((tmp_path / "out/results.json").read_text(encoding="utf-8"))
    assert {row["system"] for row in results["rows"]} >= {"Popularity", "EASE", "kgrec"}
    assert results["machine"]["versions"]["torch"]
    assert str(tmp_path) not in json.dumps(results)

    calls.clear()
    run(tiny, tmp_path / "out")
    second = capsys.readouterr()
    assert calls == ["baseline_names"]
    assert (second.out, second.err) == (first.out, "")


def test_cold_sets_are_compared_with_content(
    tiny: Path, tmp_path: Path, calls: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny / "candidates.csv").write_text("item\n" + "\n".join(map(str, range(1, 41))))
    run(tiny, tmp_path / "out")
    assert "| data | Random | Content | kgrec |" in capsys.readouterr().out


def test_a_race_needs_peers_and_one_set(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="--peers on one set"):
        main([str(tiny), "--time", "--out", str(tmp_path / "out")])
