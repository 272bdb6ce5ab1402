from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kgrec.cli import app
from kgrec.testing import write_tiny_folder

_FAST = (
    "text.enabled=false",
    "kge.enabled=false",
    "gnn.epochs=2",
    "gnn.embedding_size=8",
    "gnn.factors=8",
)


def _call(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture(scope="session")
def cli() -> Callable[..., Any]:
    """Runs a command line: exit_code, stdout and stderr of what comes back are apart."""
    return _call


@pytest.fixture(scope="session")
def fast() -> list[str]:
    """Settings that make training a matter of moments."""
    return [word for setting in _FAST for word in ("--set", setting)]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset folder."""
    folder = tmp_path_factory.mktemp("data") / "tiny"
    write_tiny_folder(folder)
    return folder


@pytest.fixture
def copied(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny dataset in a folder that a test may write to, beside a cache of its own."""
    monkeypatch.setenv("KGREC_CACHE", str(tmp_path / "cache"))
    return Path(shutil.copytree(tiny, tmp_path / "data"))


@pytest.fixture(scope="session")
def trained(tiny: Path, fast: list[str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What training through the command line answered, and the folder of the run as ``.run``."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    result = _call("train", tiny, "--out", folder, *fast)
    assert result.exit_code == 0, result.stderr
    result.run = folder
    return result


@pytest.fixture(scope="session")
def run(trained: Any) -> Path:
    """A run, made by the command line itself."""
    folder: Path = trained.run
    return folder
