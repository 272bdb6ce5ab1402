"""An evaluation against its baselines: a table and a sentence."""

from __future__ import annotations

from typing import Any

from kgrec.evaluation import Evaluation
from kgrec.explain.picture.shares import percent

_METRICS = ("Recall", "NDCG")


def table_of(evaluation: Evaluation) -> dict[str, Any]:
    """Make a table from the weakest system to the strongest by NDCG at the largest cut-off.

    :return: ``columns``, ``rows`` (``name``, ``ours``, ``cells`` of a number and whether it is the
        best of its column, ``length`` 0–1 of a bar), ``users`` and ``lead``
    """
    columns = [f"{name}@{k}" for k in evaluation.k for name in _METRICS]
    systems = {**evaluation.baselines, evaluation.name: evaluation.metrics}
    best = {column: max(values[column] for values in systems.values()) for column in columns}
    rows = [
        {
            "name": name,
            "ours": name == evaluation.name,
            "cells": [(f"{values[c]:.4f}", values[c] == best[c]) for c in columns],
            "length": percent(values[columns[-1]], best[columns[-1]]),
        }
        for name, values in sorted(systems.items(), key=lambda entry: entry[1][columns[-1]])
    ]
    return {"columns": columns, "rows": rows, "users": evaluation.users, "lead": lead(evaluation)}


def lead(evaluation: Evaluation) -> str:
    """Say how far it is from the best baseline, and how sure that is; empty without baselines."""
    if not evaluation.baselines_per_user:
        return ""
    metric = f"NDCG@{max(evaluation.k)}"
    rival = _best_baseline(evaluation, metric)
    return (
        f"Against {rival}, the best baseline: {metric} {evaluation.versus(rival, metric)} "
        "(95% interval, paired bootstrap over users)."
    )


def lead_in_per_cent(evaluation: Evaluation, metric: str) -> str:
    """The same in short, relative to the best baseline."""
    if not evaluation.baselines:
        return "on the held-out test"
    rival = _best_baseline(evaluation, metric)
    value = evaluation.baselines[rival][metric]
    difference = percent(evaluation.metrics[metric] - value, value)
    number = f"{difference:+.1%}".replace("-", "−")
    return f"{number} against {rival}, the best baseline"


def _best_baseline(evaluation: Evaluation, metric: str) -> str:
    return max(evaluation.baselines, key=lambda name: evaluation.baselines[name][metric])
