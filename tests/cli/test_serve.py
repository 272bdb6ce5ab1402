from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import kgrec.serve
from kgrec.cli.app import app
from kgrec.errors import ConfigError, MissingExtraError
from kgrec.serve import Settings

RUN = "runs/demo"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings with which a service would have been started."""
    found: list[Settings] = []
    monkeypatch.setattr(kgrec.serve, "serve", found.append)
    monkeypatch.delenv("KGREC_API_KEY", raising=False)
    return found


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["serve", *words])


def test_this_machine_needs_no_key(started: list[Settings]) -> None:
    result = run(RUN, "--port", "0", "--events", "new.jsonl", "--prepare", "-1")
    assert result.exit_code == 0, result.output
    (settings,) = started
    assert settings.key is None
    assert (settings.run, settings.port, settings.prepare) == (Path(RUN), 0, -1)
    assert settings.journal == Path("new.jsonl")


def test_what_is_not_said_is_as_in_python(started: list[Settings]) -> None:
    assert run(RUN).exit_code == 0
    assert started == [Settings(run=Path(RUN))]


@pytest.mark.parametrize(
    ("option", "values"),
    [("port", (-1, 65_536)), ("prepare", (-2,)), ("threads", (0, 65))],
)
def test_what_is_out_of_bounds_is_so_in_python(
    started: list[Settings], option: str, values: tuple[int, ...]
) -> None:
    for value in values:
        assert run(RUN, f"--{option}", str(value)).exit_code == 2
        with pytest.raises(ConfigError, match=f"'{option}': input should be"):
            Settings(run=Path(RUN), **{option: value})
    assert not started


def test_others_need_a_key_which_is_made_and_printed_once(started: list[Settings]) -> None:
    result = run(RUN, "--host", "0.0.0.0")
    (settings,) = started
    assert settings.key is not None
    assert len(settings.key) > 20
    assert result.output.count(settings.key) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_the_key_of_the_environment_is_taken_and_not_printed(
    started: list[Settings], monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("KGREC_API_KEY", "a long secret")
    result = run(RUN, "--host", host)
    assert started[0].key == "a long secret"
    assert "a long secret" not in result.output


def test_a_key_that_is_easily_guessed_is_refused(
    started: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KGREC_API_KEY", "short")
    result = run(RUN)
    assert result.exit_code == 1
    assert "at least 8 characters" in result.output
    assert not started


def test_a_run_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = run(str(tmp_path / "none"), "--port", "0")
    assert result.exit_code == 1
    assert "there is no such run" in result.output


def test_without_the_extra_the_command_to_install_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "fastapi" else real(name)
    )
    with pytest.raises(MissingExtraError, match=r"pip install 'kgrec\[serve\]'"):
        kgrec.serve.serve(Settings(run=Path(RUN)))
