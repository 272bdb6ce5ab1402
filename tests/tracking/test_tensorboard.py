from __future__ import annotations

import errno
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kgrec.errors import ConfigError, MissingExtraError
from kgrec.tracking.tensorboard import TensorBoard

pytest.importorskip("tensorboard")


def read(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def curve(events: Any, name: str) -> list[tuple[int, float]]:
    return [(point.step, round(point.value, 6)) for point in events.Scalars(name)]


def test_tensorboard_reads_what_was_written(tmp_path: Path) -> None:
    with TensorBoard(tmp_path / "new" / "run") as tracker:
        tracker.start({"gnn": {"layers": 2}})
        with tracker.stage("Train graph network"):
            for epoch in (1, 2, 3):
                tracker.epoch(epoch, {"epoch": epoch, "NDCG@20": epoch / 8})
        tracker.finish({"test/NDCG@20": 0.5})
    events = read(tmp_path / "new" / "run")
    assert curve(events, "Train graph network/NDCG@20") == [(1, 0.125), (2, 0.25), (3, 0.375)]
    assert curve(events, "test/NDCG@20") == [(0, 0.5)]
    assert "seconds/Train graph network" in events.Tags()["scalars"]
    (text,) = events.Tensors("settings/text_summary")
    assert b"| gnn.layers | 2 |" in text.tensor_proto.string_val[0]


def test_an_epoch_is_on_the_disk_when_it_is_over(tmp_path: Path) -> None:
    tracker = TensorBoard(tmp_path)
    tracker.epoch(1, {"loss": 0.5})
    assert curve(read(tmp_path), "run/loss") == [(1, 0.5)]
    tracker.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_ends_the_record_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    monkeypatch.setattr(time, "time", lambda: 2.0)
    name = f"events.out.tfevents.0000000002.{socket.gethostname()}.{os.getpid()}.1"
    (tmp_path / name).symlink_to("/dev/full")
    said: list[str] = []
    with TensorBoard(tmp_path, warn=said.append) as tracker:
        for epoch in range(2, 5):
            tracker.epoch(epoch, {"loss": 0.5})
    assert len(said) == 1
    assert os.strerror(errno.ENOSPC) in said[0]


def test_a_folder_that_cannot_be_made_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="folder cannot be made"):
        TensorBoard(tmp_path / "file" / "logs")


def test_without_the_package_the_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgrec\[tensorboard\]'"):
        TensorBoard(tmp_path)
