from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_it_prints_a_table_and_writes_the_numbers(
    cli: Callable[..., Any], tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "new folder" / "attack.json"
    chosen = ("--kind", "average", "--targets", 2, "--trim", 0, "--size", 0.1, "--out", out)
    result = cli(
        "attack", tiny, *chosen, *fast, "--set", "gnn.content=false", "--set", "gnn.epochs=1"
    )
    assert result.exit_code == 0, result.stderr
    assert "The average attack on the model" in result.stdout
    assert f"Saved {out}" in result.stderr
    tree = json.loads(out.read_text(encoding="utf-8"))
    assert len(tree["targets"]) == 2
    assert [each["kind"] for each in tree["attacks"]] == ["average"]


def test_a_slip_of_the_pen_is_told_before_anything_is_loaded(cli: Callable[..., Any]) -> None:
    result = cli("attack", "no such folder", "--kind", "love")
    assert result.exit_code == 1
    assert "There is no attack 'love'" in result.stderr


def test_where_nothing_can_be_written_nothing_is_trained(
    cli: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for out, words in ((tmp_path, "is a folder"), (tmp_path / "file" / "attack.json", "file")):
        result = cli("attack", "no such folder", "--out", out)
        assert result.exit_code != 0
        assert words in " ".join(result.stderr.replace("│", " ").split())
        assert "no such folder" not in result.stderr
