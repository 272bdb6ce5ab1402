"""The course of one training in RecBole: valid NDCG@10 against time, and the lists it leads to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from ranking import Ranker


class OutOfBudgetError(Exception):
    """The training has used up its CPU seconds."""


class Stopwatch:
    """CPU and wall seconds of ``with`` blocks and wrapped functions, added up."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def __enter__(self) -> None:
        self._started = time.process_time(), time.perf_counter()

    def __exit__(self, *_: object) -> None:
        cpu, wall = self._started
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def timed(*arguments: Any, **named: Any) -> Any:
            with self:
                return function(*arguments, **named)

        return timed

    def seconds(self) -> dict[str, float]:
        return {"cpu": round(self.cpu, 3), "wall": round(self.wall, 3)}


class Course:
    """Follows a training and writes its report after every epoch.

    The lists for test are made at once whenever an epoch is the best so far: RecBole's checkpoints
    lack the attention of KGAT, and loading one would mix two epochs.

    :param report: a JSON file
    :param budget: CPU seconds of training and validation after which to stop
    :param about: goes into the report
    """

    def __init__(self, report: Path, budget: float, about: dict[str, Any]) -> None:
        self.report, self.budget, self.about = report, budget, about
        self.preparing, self.training, self.validation, self.refitting = (
            Stopwatch() for _ in range(4)
        )
        self.curve: list[dict[str, float]] = []
        self.best_epoch, self.lists = 0, pd.DataFrame()
        self._best, self._stopped = -1.0, ""

    def follow(self, trainer: Any, ranker: Ranker) -> None:
        """Time the two halves of each epoch."""
        trainer._train_epoch = self.training.wrap(trainer._train_epoch)
        trainer._valid_epoch = self.validation.wrap(trainer._valid_epoch)
        self._rank = ranker.lists

    def after_epoch(self, epoch: int, score: float) -> None:
        """RecBole's callback.

        :raises OutOfBudgetError: when the time is up
        """
        point = {"epoch": epoch + 1, "NDCG@10": float(score)}
        point |= {f"training_{name}": value for name, value in self.training.seconds().items()}
        point |= {f"validation_{name}": value for name, value in self.validation.seconds().items()}
        self.curve.append(point)
        if score > self._best:
            self._best, self.best_epoch, self.lists = float(score), epoch + 1, self._rank()
        self.write()
        if self.training.cpu + self.validation.cpu > self.budget:
            self._stopped = "out of budget"
            raise OutOfBudgetError

    def finish(self, limit: int) -> None:
        """Note why the training ended."""
        by_itself = "all epochs" if len(self.curve) >= limit else "no better epoch"
        self._stopped = self._stopped or by_itself

    def write(self, *, finished: bool = False) -> None:
        """Write the report, whole or not at all."""
        report = {
            **self.about,
            "finished": finished,
            "stopped": self._stopped,
            "best": {"epoch": self.best_epoch, "NDCG@10": self._best},
            "seconds": {
                "preparing": self.preparing.seconds(),
                "training": self.training.seconds(),
                "validation": self.validation.seconds(),
                "refitting": self.refitting.seconds(),
            },
            "peak_mb": peak_mb(),
            "curve": self.curve,
        }
        part = self.report.with_suffix(".part")
        part.write_text(json.dumps(report, indent=1), encoding="utf-8")
        part.replace(self.report)


def peak_mb() -> float:
    """Most memory that this process has held."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
