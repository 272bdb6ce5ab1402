"""One trial: a training whose epochs are watched, and its value on *valid*."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.config_file import leaves
from kgrec.errors import KgrecError
from kgrec.gnn.log import TrainingLog
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.tracking import Several, Tracker

METRIC = "NDCG@20"
_REFIT = "gnn.refit"  # on train and valid together: of no use for a value on valid


class Watch(Progress):
    """Hands the NDCG@20 on *valid* of every epoch on.

    :param report: receives epoch and value, epochs in rising order; may raise to end the training
    """

    def __init__(self, report: Callable[[int, float], None]) -> None:
        self._report = report
        self._last = 0

    def epoch(self, epoch: int, values: dict[str, float]) -> None:
        """Report an epoch that was measured; a second training in one trial is not."""
        value = values.get(METRIC)
        if value is not None and epoch > self._last and math.isfinite(value):
            self._last = epoch
            self._report(epoch, value)


@dataclass(frozen=True, eq=False)
class Trainer:
    """What all trials share.

    :ivar config: the settings that are not searched
    :ivar track: makes a tracker for a trial, by its number
    """

    graph: KnowledgeGraph
    config: Config
    track: Callable[[int], Tracker]

    def value(
        self, number: int, settings: Mapping[str, Any], report: Callable[[int, float], None]
    ) -> float:
        """Train with these settings, and return NDCG@20 on *valid*.

        :raises KgrecError: if the training fails, or its value is no number
        """
        config = without_refit(self.config.replace(settings))
        with self.track(number) as tracker:
            tracker.start(config.model_dump())
            progress = Several(Watch(report), tracker)
            value = value_of(Recommender(config, progress=progress).fit(self.graph).log)
            tracker.finish({f"valid/{METRIC}": value})
        if not math.isfinite(value):
            raise KgrecError(f"{METRIC} on valid is no number.")
        return value


def without_refit(config: Config) -> Config:
    """The settings of a trial: what is fitted after the value is known takes time and adds none."""
    return config.replace({_REFIT: False}) if _REFIT in leaves(config) else config


def value_of(log: TrainingLog) -> float:
    """NDCG@20 on *valid* of the model as a whole; no number where nothing was measured."""
    return math.nan if log.valid is None else log.valid
