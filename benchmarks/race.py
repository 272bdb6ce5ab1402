"""Accuracy against time: how long kgrec takes to be as good as a peer ever is, one thread each.

Measured is NDCG@10 on *valid*, by models that have seen train alone, in CPU seconds: on a busy
machine wall seconds say little. A peer's time to its best epoch counts its training only, not its
validation and not the preparation of its data. kgrec's time counts everything from the start of
pretraining on, its validations included; beside it stands the time with building the graph and
encoding all texts with an empty cache.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from scipy.sparse import csr_matrix

import kgrec
from benchmarks.scoring import score
from kgrec.callbacks import Bar, Progress
from kgrec.data.cache import VARIABLE
from kgrec.index import top_k

METRIC = "NDCG@10"
_TRAINING = ("Pretrain", "Train")  # how the stages begin that learn


class Clock(Progress):
    """Notes when each epoch ends and when learning starts; seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.process_time(), time.perf_counter()
        self.learning: dict[str, float] = {}
        self.curve: list[dict[str, float]] = []
        self.stages: list[dict[str, Any]] = []

    def now(self) -> dict[str, float]:
        cpu, wall = self._started
        return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:
        start = self.now()
        if not self.learning and name.startswith(_TRAINING):
            self.learning = start
        with super().stage(name, total) as bar:
            yield bar
        stop = self.now()
        self.stages.append({"name": name, **{kind: stop[kind] - start[kind] for kind in stop}})

    def epoch(self, epoch: int, values: dict[str, float]) -> None:
        self.curve.append({**self.now(), **values, "epoch": epoch})


def race_kgrec(folder: Path, seed: int, settings: dict[str, str]) -> dict[str, Any]:
    """Fit on train alone, with empty caches, and measure on valid.

    :return: ``learning`` and ``finished`` (seconds since the start of the build), the curve of
        epochs, the stages, and NDCG@10 at the end
    """
    with tempfile.TemporaryDirectory() as cache:
        os.environ[VARIABLE] = cache
        config = kgrec.Config().replace({"threads": 1, "gnn.refit": False, **settings})
        data = kgrec.load(folder)
        clock = Clock()
        graph = kgrec.KnowledgeGraph.build(data, progress=clock)
        rec = kgrec.Recommender(config, seed=seed, progress=clock).fit(graph)
        finished = clock.now()
    return {
        "learning": clock.learning,
        "finished": finished,
        METRIC: score(valid_lists(rec), data, part="valid")[METRIC],
        "curve": clock.curve,
        "stages": clock.stages,
    }


def valid_lists(rec: kgrec.Recommender, k: int = 20) -> pl.DataFrame:
    """Recommend to the users of valid from what train alone knows of them.

    ``rec.recommend`` leaves out what is in valid, so this asks the model itself.
    """
    features, model = rec.features, rec.model
    users = np.flatnonzero(np.diff(features.valid.indptr))
    known = csr_matrix(features.train[users])

    def scores(start: int, stop: int) -> torch.Tensor:
        return model.ranking(csr_matrix(known[start:stop]), None)

    top = top_k(scores, len(users), len(features.items), k, seen=known)
    rows, places = np.nonzero(top.items >= 0)
    return pl.DataFrame(
        {
            "user": [features.users[users[row]] for row in rows],
            "item": [features.items[item] for item in top.items[rows, places]],
            "rank": places + 1,
        }
    )
