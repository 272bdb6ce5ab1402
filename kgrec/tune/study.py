"""What a search has found so far."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.config import Config
from kgrec.config_file import leaves
from kgrec.tune.dimension import Value
from kgrec.tune.space import Space
from kgrec.tune.trial import METRIC

ERROR = "error"
_FEW = 4
_COLUMNS = {
    "trial": pl.Int64,
    "state": pl.String,
    "value": pl.Float64,
    "reached": pl.Float64,
    "epochs": pl.Int64,
    "seconds": pl.Float64,
    "error": pl.String,
}


@dataclass(frozen=True, eq=False)
class Plan:
    """What a study is about.

    :ivar folder: where it is kept
    :ivar dataset: the name of the graph
    :ivar config: the settings that are not searched, and where the search begins
    :ivar space: what is searched
    """

    folder: Path
    dataset: str
    config: Config
    space: Space


@dataclass(frozen=True, eq=False)
class Study:
    """A search, as it stands.

    :ivar plan: what it is about
    :ivar config: all settings of the best trial, to train with; those of the start if none is
        complete
    :ivar best: the searched settings of the best trial, by dotted name; empty if none is complete
    :ivar value: NDCG@20 on *valid* of that trial
    :ivar start: the same of the settings that the search began with, if they were tried
    :ivar trials: a row for each trial that is over, in the order of time: ``trial`` (its number),
        ``state`` (``complete``, ``pruned`` or ``failed``), ``value``, ``reached`` (NDCG@20 of the
        best epoch), ``epochs``, ``seconds``, ``error``, and each setting under its name
    :ivar importances: how much each setting matters for being among the best trials, summing to 1,
        the largest first; empty for a few trials
    """

    plan: Plan
    config: Config
    best: Mapping[str, Value]
    value: float | None
    start: float | None
    trials: pl.DataFrame
    importances: Mapping[str, float]

    def __repr__(self) -> str:
        value = "none complete" if self.value is None else f"{METRIC} {self.value:.4f} on valid"
        return f"Study({str(self.plan.folder)!r}: {self.trials.height} trials, {value})"

    @property
    def names(self) -> tuple[str, ...]:
        """The settings that are searched, the most important first."""
        return tuple(sorted(self.plan.space, key=lambda name: -self.importances.get(name, 0.0)))

    @property
    def ranked(self) -> pl.DataFrame:
        """The complete trials, the best first."""
        complete = self.trials.filter(pl.col("state") == "complete")
        return complete.sort("value", descending=True, maintain_order=True)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "study": str(self.plan.folder),
            "dataset": self.plan.dataset,
            "metric": METRIC,
            "value": self.value,
            "start": self.start,
            "best": dict(self.best),
            "importances": dict(self.importances),
            "trials": self.trials.to_dicts(),
        }


def read_study(optuna: Any, study: Any, plan: Plan) -> Study:
    """Look at a study.

    :param study: an :class:`optuna.Study`
    """
    states = optuna.trial.TrialState
    over = study.get_trials(deepcopy=False, states=(states.COMPLETE, states.PRUNED))
    names = sorted(plan.space)
    complete = [trial for trial in over if trial.state == states.COMPLETE]
    best = max(complete, key=lambda trial: (trial.value, -trial.number), default=None)
    found = {name: best.params[name] for name in names} if best else {}
    settings = leaves(plan.config)
    first = {name: settings[name] for name in names}
    return Study(
        plan=plan,
        config=plan.config.replace(found),
        best=found,
        value=best.value if best else None,
        start=next((trial.value for trial in complete if trial.params == first), None),
        trials=_table(over, names),
        importances=_importances(optuna, study) if len(complete) >= _FEW else {},
    )


def _table(over: list[Any], names: list[str]) -> pl.DataFrame:
    rows = [_row(trial) for trial in over]
    table = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
    # Choices may be of several types; what polars makes of them is only shown.
    settings = [
        pl.Series(name, [trial.params.get(name) for trial in over], strict=False) for name in names
    ]
    return table.with_columns(settings)


def _row(trial: Any) -> dict[str, Any]:
    error = trial.user_attrs.get(ERROR)
    epochs = trial.intermediate_values
    return {
        "trial": trial.number,
        "state": "failed" if error else trial.state.name.lower(),
        "value": trial.value if trial.state.name == "COMPLETE" else None,
        "reached": max(epochs.values(), default=None),
        "epochs": max(epochs, default=0),
        "seconds": trial.duration.total_seconds() if trial.duration else None,
        "error": error,
    }


def _importances(optuna: Any, study: Any) -> dict[str, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # for instance: that all values are the same
        found = optuna.importance.get_param_importances(study)
    return {name: float(value) for name, value in found.items()}
