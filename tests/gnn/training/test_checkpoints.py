"""Going on after an interruption, and what is done about files that are no use."""

from __future__ import annotations

import errno
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.errors import KgrecError
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.encoder import LinearRelationalEncoder
from kgrec.gnn.training import snapshot_file
from kgrec.gnn.training.checkpoints import Checkpoints, CheckpointWarning, FolderCheckpoints
from kgrec.gnn.training.loop import Course, train_encoder
from kgrec.gnn.training.snapshot import Snapshot

Quick = Callable[..., Config]
BELONGS = {"graph": "a", "gnn.epochs": "6"}


class StopError(Exception):
    """In place of a crash."""


class StopAt(Progress):
    def __init__(self, last: int) -> None:
        self.last = last
        self.seen: list[int] = []

    def epoch(self, epoch: int, values: dict[str, float]) -> None:
        self.seen.append(epoch)
        if epoch == self.last and values:
            raise StopError


def train(
    features: Features,
    config: Config,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
    stage: str = "Train",
) -> tuple[LinearRelationalEncoder, Course]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        encoder = LinearRelationalEncoder(features, NodeInputs(), config.gnn)
        course = train_encoder(
            encoder,
            features.train,
            config.gnn,
            epochs=6,
            random=np.random.default_rng(0),
            measure=lambda: {"NDCG@20": float(encoder.bias.detach().std())},
            progress=progress or Progress(),
            stage=stage,
            checkpoints=checkpoints,
        )
    return encoder, course


def state(encoder: LinearRelationalEncoder) -> dict[str, list[float]]:
    return {name: value.flatten().tolist() for name, value in encoder.state_dict().items()}


@pytest.fixture
def open_folder(tmp_path: Path) -> Callable[..., FolderCheckpoints]:
    def make(minutes: float = 0.0, **others: str) -> FolderCheckpoints:
        return FolderCheckpoints(tmp_path / "kept", BELONGS | others, minutes)

    return make


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"gnn__loss": "sampled_softmax", "gnn__negatives": 8, "gnn__clip": 0.01},
        {"gnn__loss": "bpr", "gnn__warm_up": 9},
        {"gnn__precision": "bfloat16"},
    ],
)
@pytest.mark.parametrize("last", [1, 4, 6])
def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(
    tiny_features: Features,
    quick: Quick,
    open_folder: Callable[..., FolderCheckpoints],
    changes: dict[str, Any],
    last: int,
) -> None:
    config = quick(**changes)
    expected, course = train(tiny_features, config)
    with pytest.raises(StopError):
        train(tiny_features, config, open_folder(), StopAt(last))
    again = StopAt(99)
    encoder, resumed = train(tiny_features, config, open_folder(), again)
    assert again.seen == list(range(last, 7)), "the state after the epoch before was kept"
    assert state(encoder) == state(expected)
    assert resumed == course


def test_a_stage_that_is_over_is_not_trained_again(
    tiny_features: Features, quick: Quick, open_folder: Callable[..., FolderCheckpoints]
) -> None:
    first, course = train(tiny_features, quick(), open_folder())
    progress = StopAt(99)
    checkpoints = open_folder()
    again, kept = train(tiny_features, quick(), checkpoints, progress)
    assert (state(again), kept, progress.seen) == (state(first), course, [])
    with pytest.raises(StopError):
        train(tiny_features, quick(), checkpoints, StopAt(2), stage="Refit")
    checkpoints.clear()
    assert not checkpoints.folder.exists()


def test_nothing_is_written_before_it_is_time(
    tiny_features: Features, quick: Quick, open_folder: Callable[..., FolderCheckpoints]
) -> None:
    checkpoints = open_folder(minutes=60)
    train(tiny_features, quick(), checkpoints)
    assert not checkpoints.folder.exists()
    assert checkpoints.kept == ""
    checkpoints.clear()


def test_a_result_is_made_once(open_folder: Callable[..., FolderCheckpoints]) -> None:
    made = open_folder().once("Pretrain", lambda: torch.arange(3.0))
    kept = open_folder().once("Pretrain", lambda: pytest.fail("made again"))
    assert kept.tolist() == made.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("cut", [0, 5, 200, -1])
def test_a_torn_file_is_left_out_with_a_warning(
    tiny_features: Features,
    quick: Quick,
    open_folder: Callable[..., FolderCheckpoints],
    cut: int,
) -> None:
    expected, _ = train(tiny_features, quick(), open_folder())
    path = open_folder().folder / "stage-1.safetensors"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.warns(CheckpointWarning, match=r"stage-1.safetensors: the file is broken; the st"):
        encoder, _ = train(tiny_features, quick(), open_folder())
    assert state(encoder) == state(expected)


@pytest.mark.parametrize("others", [{"graph": "b"}, {"gnn.epochs": "7"}, {"seed": "1"}])
def test_what_belongs_to_another_training_is_left_out_with_a_warning(
    open_folder: Callable[..., FolderCheckpoints], others: dict[str, str]
) -> None:
    open_folder().once("Pretrain", lambda: torch.zeros(1))
    other = open_folder(**others)
    with pytest.warns(CheckpointWarning, match=rf"another training \(another {next(iter(others))}"):
        assert other.once("Pretrain", lambda: torch.ones(1)).item() == 1
    # It was replaced; and a stage is not taken for another one.
    assert open_folder(**others).once("Pretrain", lambda: torch.zeros(1)).item() == 1
    with pytest.warns(CheckpointWarning, match="another stage"):
        assert open_folder(**others).restore("Train") is None


def test_a_full_disk_is_one_warning_and_the_earlier_state_stays(
    tiny_features: Features,
    quick: Quick,
    open_folder: Callable[..., FolderCheckpoints],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(StopError):
        train(tiny_features, quick(), open_folder(), StopAt(3))
    path = open_folder().folder / "stage-1.safetensors"
    before = path.read_bytes()
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        write(self, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        patch.setattr(Path, "write_bytes", full)
        encoder, _ = train(tiny_features, quick(), open_folder())
    sentences = [str(each.message) for each in caught]
    assert len(sentences) == 1
    assert "(No space left on device); the training goes on without" in sentences[0]
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert state(encoder) == state(train(tiny_features, quick())[0])


def test_a_place_that_is_no_folder_is_a_warning(
    tiny_features: Features, quick: Quick, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.warns(CheckpointWarning, match="cannot be kept"):
        train(tiny_features, quick(), FolderCheckpoints(tmp_path / "file", BELONGS, 0))
    checkpoints = FolderCheckpoints(tmp_path, BELONGS)
    checkpoints.clear()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine", "others' files stay"


class Explode(Progress):
    """Spoils a parameter after the third epoch, as one step too large would."""

    def epoch(self, epoch: int, values: dict[str, float]) -> None:
        if epoch == 3 and values:
            self.encoder.bias.data += torch.randn(len(self.encoder.bias)) * 1e6


def test_the_last_good_state_outlives_a_divergence(
    tiny_features: Features,
    quick: Quick,
    open_folder: Callable[..., FolderCheckpoints],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    progress, checkpoints = Explode(), open_folder()
    start = LinearRelationalEncoder.__init__

    def watched(self: LinearRelationalEncoder, *given: Any) -> None:
        start(self, *given)
        progress.encoder = self

    monkeypatch.setattr(LinearRelationalEncoder, "__init__", watched)
    with pytest.raises(KgrecError) as caught:
        train(tiny_features, quick(), checkpoints, progress)
    assert str(caught.value).startswith("The training has diverged in epoch 4 (the loss rose from")
    kept = f"the state after epoch 2 is kept in {checkpoints.folder}."
    assert str(caught.value).endswith(f"lower gnn.learning_rate, which is 0.01; {kept}")
    snapshot = open_folder().restore("Train")
    assert snapshot is not None
    assert len(snapshot.numbers["course"]) == 2
    assert all(torch.isfinite(part).all() for part in snapshot.tensors.values())


def test_a_file_holds_numbers_and_no_code(tmp_path: Path) -> None:
    path = tmp_path / "one.safetensors"
    numbers = {"course": [{"loss": 0.1 + 0.2}], "random": {"state": 2**127 + 1}, "first": None}
    shared = torch.arange(4.0)
    tensors = {"a": shared, "b": shared[::2], "c": torch.zeros(2, dtype=torch.uint8)}
    snapshot_file.write_snapshot(path, Snapshot(numbers, tensors), {})
    read = snapshot_file.read_snapshot(path, {})
    assert read is not None
    assert read.numbers == numbers
    assert {name: part.tolist() for name, part in read.tensors.items()} == {
        "a": [0, 1, 2, 3],
        "b": [0, 2],
        "c": [0, 0],
    }
