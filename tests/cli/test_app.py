from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.cli import query
from kgrec.cli.app import app

COMMANDS = (
    "demo",
    "train",
    "attack",
    "audit",
    "describe",
    "doctor",
    "extract",
    "tune",
    "recommend",
    "serve",
    "wish",
    "explain",
    "evaluate",
    "query",
    "export",
    "check",
)


def test_help_names_every_command(cli: Callable[..., Any]) -> None:
    result = cli("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        assert name in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(cli: Callable[..., Any], name: str) -> None:
    result = cli(name, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_the_version(cli: Callable[..., Any]) -> None:
    result = cli("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("kgrec 0.")


def test_a_word_that_is_no_command_is_a_usage_error(cli: Callable[..., Any]) -> None:
    assert cli("recomend").exit_code == 2
    assert cli("query").exit_code == 2


@pytest.mark.parametrize(
    "command", [["query", "nowhere", "MATCH (n) RETURN n"], ["check", "nowhere"]]
)
def test_an_error_is_one_sentence(cli: Callable[..., Any], command: list[str]) -> None:
    result = cli(*command)
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("kgrec: ")
    assert line.endswith(".")
    assert "nowhere" in line


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "Interrupted"),
        (PermissionError(13, "Permission denied", "x.csv"), 1, "x.csv: Permission denied."),
    ],
)
def test_what_the_outside_does_is_one_sentence(
    cli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: BaseException,
    code: int,
    words: str,
) -> None:
    from kgrec.graph import KnowledgeGraph

    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(KnowledgeGraph, "load", staticmethod(fail))
    (tmp_path / "graph.json").touch()
    result = cli("query", tmp_path, "MATCH (n) RETURN n")
    assert result.exit_code == code
    (line,) = result.stderr.splitlines()
    assert words in line


def test_a_fault_of_ours_is_not_hidden(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from kgrec.graph import KnowledgeGraph

    def fail(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(KnowledgeGraph, "load", staticmethod(fail))
    (tmp_path / "graph.json").touch()
    assert isinstance(cli("query", tmp_path, "x").exception, ZeroDivisionError)


def test_help_needs_none_of_the_heavy_packages() -> None:
    code = (
        "import sys, kgrec.cli; "
        "print([m for m in ('torch', 'polars', 'pykeen', 'kglite', 'scipy') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_the_names_of_the_modules_are_those_of_the_commands() -> None:
    assert {command.name for command in app.registered_commands} == set(COMMANDS)
    assert query.query.__doc__


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell: str) -> None:
    begun = {"COMP_WORDS": "kgrec tra", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "kgrec tra"}
    asked = {"_KGREC_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    run = [sys.executable, "-c", "from kgrec.cli import app; app(prog_name='kgrec')"]
    result = subprocess.run(
        run, env={**os.environ, **begun, **asked}, capture_output=True, text=True, check=True
    )
    assert "train" in result.stdout
    assert "recommend" not in result.stdout


def test_an_error_cannot_steer_a_terminal(cli: Callable[..., Any]) -> None:
    result = cli("query", "no\x1b[31mwhere\u202e", "MATCH (n) RETURN n")
    assert result.exit_code == 1
    assert not {"\x1b", "\u202e"} & set(result.stderr)
