from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.recommend import Recommender

Cli = Callable[..., Any]


def files_of(run: Path) -> dict[str, bytes]:
    names = ("model.safetensors", "config.json", "test.parquet")
    return {name: (run / name).read_bytes() for name in names}


def test_a_training_is_followed_from_its_settings_to_the_test(
    cli: Cli, tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logs = tmp_path / "logs"
    result = cli("train", tiny, "--out", tmp_path / "run", "--track", f"tensorboard:{logs}", *fast)
    assert result.exit_code == 0, result.stderr
    events = EventAccumulator(str(logs))
    events.Reload()
    names = set(events.Tags()["scalars"])
    log = Recommender.load(tmp_path / "run").log
    assert {"valid/NDCG@20", "test/NDCG@20", "seconds/Building the graph"} <= names
    assert {f"seconds/{stage}" for stage in log.seconds} <= names
    (course,) = [
        name for name in names if name.endswith("/NDCG@20") and name[:5] not in ("valid", "test/")
    ]
    assert [point.step for point in events.Scalars(course)] == [row["epoch"] for row in log.epochs]
    (text,) = events.Tensors("settings/text_summary")
    assert b"| gnn.epochs | 2 |" in text.tensor_proto.string_val[0]


def test_same_seed_same_bits_with_and_without_a_tracker(
    cli: Cli, tiny: Path, fast: list[str], tmp_path: Path
) -> None:
    pytest.importorskip("tensorboard")
    tracked = ["--track", f"tensorboard:{tmp_path / 'logs'}"]
    runs = {}
    for name, given in {"a": [], "b": tracked, "c": ["--seed", "1"]}.items():
        result = cli("train", tiny, "--out", tmp_path / name, "--set", "threads=1", *fast, *given)
        assert result.exit_code == 0, result.stderr
        cli("recommend", tmp_path / name, "--all", "--out", tmp_path / f"{name}.parquet")
        runs[name] = {
            **files_of(tmp_path / name),
            "top": (tmp_path / f"{name}.parquet").read_bytes(),
        }
    assert runs["a"] == runs["b"]
    assert runs["a"]["model.safetensors"] != runs["c"]["model.safetensors"]


@pytest.mark.parametrize("address", ["mlflow", "tensorboard:"])
def test_an_address_that_is_none_is_refused_before_anything_is_read(
    cli: Cli, tmp_path: Path, address: str
) -> None:
    result = cli("train", tmp_path / "missing", "--out", tmp_path / "run", "--track", address)
    assert result.exit_code == 1
    assert f"'{address}' is no tracker" in result.stderr
