"""With ``--quiet`` there is the result and what is wrong; without, there is more on stderr."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kgrec.cli.output import hushed


def test_the_result_is_the_same(cli: Callable[..., Any], run: Path) -> None:
    words = ["recommend", run, "--all", "-k", "2", "--explain"]
    loud, quiet = cli(*words), cli(*words, "--quiet")
    assert loud.exit_code == quiet.exit_code == 0
    assert quiet.stdout == loud.stdout
    assert loud.stderr
    assert quiet.stderr == ""


def test_what_is_wrong_is_said_all_the_same(cli: Callable[..., Any]) -> None:
    result = cli("query", "nowhere", "MATCH (n) RETURN n", "-q")
    assert result.exit_code == 1
    assert "nowhere" in result.stderr
    assert not hushed()
