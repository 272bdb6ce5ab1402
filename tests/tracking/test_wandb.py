from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgrec.errors import ConfigError, MissingExtraError
from kgrec.tracking import wandb as module

pytest.importorskip("wandb")

RUN = """
import sys
from kgrec.tracking import open_tracker

for number in (1, 2):
    with open_tracker("wandb:films", run=f"trial-{number}", group="study") as tracker:
        tracker.start({"gnn": {"layers": 2}})
        with tracker.stage("Train"):
            for epoch in (1, 2, 3):
                tracker.epoch(epoch, {"epoch": epoch, "NDCG@20": epoch / 8})
        tracker.finish({"test/NDCG@20": 0.5})
    print(tracker.mode)
"""


@pytest.fixture
def visitors() -> Iterator[tuple[str, list[object]]]:
    """A proxy that notes who comes: the address, and the visits."""
    visits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def watch() -> None:
            while True:
                try:
                    connection, who = server.accept()
                except OSError:
                    return
                visits.append(who)
                connection.close()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", visits
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def record(folder: Path, proxy: str) -> str:
    """Record two runs in a process of its own, for a user who is nobody's."""
    home = folder / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WANDB")}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy)
    place = {"HOME": str(home), "WANDB_DIR": str(folder / "runs"), "NO_PROXY": ""}
    # A terminal would be asked for credentials: here there is nobody to answer.
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN],
        env={**kept, **proxies, **place},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_offline_no_network_no_file_elsewhere_and_no_question(
    tmp_path: Path, visitors: tuple[str, list[object]]
) -> None:
    proxy, visits = visitors
    assert record(tmp_path, proxy).split() == ["offline", "offline"]
    assert visits == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(tmp_path / "runs") for path in files)
    runs = [path.read_bytes() for path in (tmp_path / "runs").rglob("run-*.wandb")]
    for words in ("films", "study", "gnn.layers", "Train/NDCG@20", "test/NDCG@20", "seconds/Train"):
        assert [words.encode() in run for run in runs] == [True, True]
    for name in (b"trial-1", b"trial-2"):
        assert sorted(name in run for run in runs) == [False, True]


def test_who_wants_to_be_online_must_be_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nobody:
        @staticmethod
        def login(**options: object) -> bool:
            assert options == {"prompt": False, "verify": False}
            return False

    monkeypatch.setattr(module, "_wandb", lambda: Nobody)
    monkeypatch.setenv("WANDB_MODE", "online")
    with pytest.raises(ConfigError, match="run wandb login, or leave WANDB_MODE out"):
        module.WeightsAndBiases(folder=tmp_path)
    monkeypatch.delenv("WANDB_MODE")
    assert module.WeightsAndBiases(folder=tmp_path).mode == "offline"
    monkeypatch.setenv("WANDB_MODE", "disabled")
    assert module.WeightsAndBiases(folder=tmp_path).mode == "disabled"


def test_who_is_logged_in_is_online(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Somebody:
        @staticmethod
        def login(**_options: object) -> bool:
            return True

    monkeypatch.setattr(module, "_wandb", lambda: Somebody)
    monkeypatch.delenv("WANDB_MODE", raising=False)
    assert module.WeightsAndBiases(folder=tmp_path).mode == "online"


def test_a_server_that_is_not_there_ends_the_record_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        @staticmethod
        def login(**_options: object) -> bool:
            return True

        @staticmethod
        def Settings(**options: object) -> object:  # noqa: N802
            return options

        @staticmethod
        def init(**_options: object) -> object:
            raise ConnectionError("no route to host")

    monkeypatch.setattr(module, "_wandb", lambda: Away)
    monkeypatch.delenv("WANDB_MODE", raising=False)
    said: list[str] = []
    with module.WeightsAndBiases(folder=tmp_path, warn=said.append) as tracker:
        tracker.start({"seed": 1})
        tracker.epoch(1, {"loss": 1.0})
    assert said == [
        "Weights & Biases no longer records this run (no route to host); the run goes on."
    ]


def test_without_the_package_the_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgrec\[wandb\]'"):
        module.WeightsAndBiases(folder=tmp_path)


def test_a_folder_that_cannot_be_made_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="choose another one in WANDB_DIR"):
        module.WeightsAndBiases(folder=tmp_path / "file" / "runs")
