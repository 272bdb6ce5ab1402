from pathlib import Path

import numpy as np
import polars as pl
import pytest
from kgrec.loaders import load

from kgrec.data import Dataset
from kgrec.testing import tiny_dataset, write_tiny_folder


def test_same_seed_same_world() -> None:
    assert tiny_dataset(seed=3).train.equals(tiny_dataset(seed=3).train)
    assert not tiny_dataset(seed=3).train.equals(tiny_dataset(seed=4).train)


def test_every_table_is_there_and_clean() -> None:
    data = tiny_dataset()
    assert all(data.counts().values())
    assert data.quality.findings == ()
    assert set(data.facts["relation"]) == {"directed_by", "starring", "part_of_series"}
    assert data.labels["label"].is_unique().all()
    assert data.items["title"].is_unique().all()


def test_ids_collide_on_purpose() -> None:
    data = tiny_dataset()
    users, items = set(data.users["user"]), set(data.items["item"])
    entities = set(data.facts.filter(pl.col("tail_kind") == "entity")["tail"])
    assert "1" in users & items & entities


@pytest.mark.parametrize("size", [(1, 12), (5, 13), (100, 150)])
def test_other_sizes(size: tuple[int, int]) -> None:
    data = tiny_dataset(*size)
    assert (data.users.height, data.items.height) == size
    assert data.test.height == size[0]


def test_too_small_a_world() -> None:
    with pytest.raises(ValueError, match="12 items"):
        tiny_dataset(items=3)


@pytest.mark.parametrize("seed", range(5))
def test_behaviour_says_more_than_popularity(seed: int) -> None:
    data = tiny_dataset(seed=seed)
    seen = np.zeros((data.users.height, data.items.height))
    for user, item in data.train.select("user", "item").rows():
        seen[int(user) - 1, int(item) - 1] = 1
    popularity = np.broadcast_to(seen.sum(axis=0), seen.shape)
    assert hits(data, seen, seen @ (seen.T @ seen)) > hits(data, seen, popularity) + 0.1


def hits(data: Dataset, seen: np.ndarray, scores: np.ndarray, k: int = 5) -> float:
    top = np.argsort(-np.where(seen > 0, -np.inf, scores), axis=1, kind="stable")[:, :k]
    found = [
        int(item) - 1 in top[int(user) - 1]
        for user, item in data.test.select("user", "item").rows()
    ]
    return float(np.mean(found))


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_tiny_folder(tmp_path: Path, format: str) -> None:
    data = write_tiny_folder(tmp_path / "d", format, users=5, items=12)  # type: ignore[arg-type]
    assert (tmp_path / "d" / f"train.{format}").is_file()
    assert load(tmp_path / "d").train.equals(data.train)
