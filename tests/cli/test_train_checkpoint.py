"""``kgrec train`` after a crash: the same command goes on, and ends with the same model."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from kgrec.callbacks import ConsoleProgress
from kgrec.recommend import Recommender

# Ends itself without a word: at the nth epoch of all, or while it writes its nth file to the disk.
_DEADLY = """
import os, signal, sys
from kgrec import callbacks, cli

def deadly(inner):
    calls = []
    def call(*given):
        calls.append(0)
        if len(calls) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return inner(*given)
    return call

if where == "epoch":
    callbacks.ConsoleProgress.epoch = deadly(callbacks.ConsoleProgress.epoch)
else:
    os.fsync = deadly(os.fsync)
sys.argv = ["kgrec", *words]
cli.main()
"""


def numbers(run: Path) -> dict[str, bytes]:
    """Every bit of a model; the order of a file's header is left to chance."""
    tensors = load_file(run / "model.safetensors")
    return {name: tensor.tobytes() for name, tensor in tensors.items()}


def interrupt(cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    """Ctrl-C in the third epoch, in this process."""

    def epoch(self: ConsoleProgress, number: int, values: dict[str, float]) -> None:
        if number == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ConsoleProgress, "epoch", epoch)
        assert cli(*words).exit_code == 130


@pytest.fixture(scope="module")
def settings(fast: list[str]) -> list[str]:
    return [*fast, "--set", "gnn.epochs=6", "--set", "gnn.patience=6", "--set", "threads=1"]


@pytest.fixture(scope="module")
def whole(
    cli: Callable[..., Any],
    tiny: Path,
    settings: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A run that nothing disturbed."""
    run = tmp_path_factory.mktemp("whole") / "run"
    assert cli("train", tiny, "--out", run, *settings).exit_code == 0
    return run


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("where", "last"), [("epoch", 8), ("fsync", 5)])
def test_after_kill_9_the_same_command_ends_with_the_same_model(
    cli: Callable[..., Any],
    child: Callable[..., BaseProcess],
    tiny: Path,
    settings: list[str],
    whole: Path,
    tmp_path: Path,
    where: str,
    last: int,
) -> None:
    run = tmp_path / "run"
    words = ["train", tiny, "--out", run, "--checkpoint-minutes", 0, *settings]
    killed = child(_DEADLY, where=where, last=last, words=[str(word) for word in words])
    killed.join(120)
    assert killed.exitcode == -signal.SIGKILL
    assert files(tmp_path) == ["run.checkpoint"], "there is no half a run"
    result = cli(*words)
    assert result.exit_code == 0, result.stderr
    assert files(tmp_path) == ["run"], "what was kept is deleted"
    assert numbers(run) == numbers(whole)
    resumed, undisturbed = Recommender.load(run).log, Recommender.load(whole).log
    assert (resumed.epochs, resumed.choices) == (undisturbed.epochs, undisturbed.choices)


def test_with_other_settings_the_training_starts_anew_and_says_so(
    cli: Callable[..., Any],
    tiny: Path,
    settings: list[str],
    whole: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = tmp_path / "run"
    words = ["train", tiny, "--out", run, "--checkpoint-minutes", 0, *settings]
    interrupt(cli, monkeypatch, *words, "--seed", 1)
    result = cli(*words)
    assert result.exit_code == 0, result.stderr
    sentence = f"{run}.checkpoint: what is kept there belongs to another training (another seed)"
    assert sentence in result.stderr
    assert "CheckpointWarning" not in result.stderr
    assert numbers(run) == numbers(whole)


def test_a_diverging_training_leaves_the_earlier_run_and_what_was_kept(
    cli: Callable[..., Any],
    tiny: Path,
    settings: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = tmp_path / "run"
    words = ["train", tiny, "--out", run, "--checkpoint-minutes", 0, *settings]
    assert cli(*words).exit_code == 0
    before = (run / "model.safetensors").read_bytes()
    interrupt(cli, monkeypatch, *words)
    kept = {path.name: path.read_bytes() for path in Path(f"{run}.checkpoint").iterdir()}
    result = cli(*words, "--set", "gnn.learning_rate=1e9")
    assert result.exit_code == 1
    assert "kgrec: The training has diverged in epoch 2 (" in result.stderr
    assert "): lower gnn.learning_rate, which is 1e+09." in result.stderr
    assert "Traceback" not in result.stderr
    assert (run / "model.safetensors").read_bytes() == before
    assert {path.name: path.read_bytes() for path in Path(f"{run}.checkpoint").iterdir()} == kept


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on the size of files")
def test_a_disk_with_no_room_for_a_state_is_one_sentence(
    cli: Callable[..., Any],
    tiny: Path,
    settings: list[str],
    tmp_path: Path,
    largest_file: Callable[[int], AbstractContextManager[None]],
) -> None:
    words = ["train", tiny, "--out", tmp_path / "run", "--checkpoint-minutes", 0, *settings]
    large = ("--set", "gnn.embedding_size=64", "--set", "gnn.factors=64")
    with largest_file(24_000):
        result = cli(*words, *large)
    assert result.exit_code == 1
    told = [line for line in result.stderr.splitlines() if "cannot be kept" in line]
    assert len(told) == 1, result.stderr
    assert told[0].startswith(f"{tmp_path / 'run.checkpoint'}: the state of the training")
    assert "Traceback" not in result.stderr
    # The training came to its end; there was no room for the run, either.
    assert "Refit graph network" in result.stderr
    assert not (tmp_path / "run").exists()


def test_minutes_below_zero_are_refused(cli: Callable[..., Any], tiny: Path) -> None:
    result = cli("train", tiny, "--out", "run", "--checkpoint-minutes", -1)
    assert result.exit_code == 2
