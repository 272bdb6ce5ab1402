"""One fit of kgrec, or of one baseline, each in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

import kgrec
from benchmarks.machine import Stopwatch, peak_mb
from kgrec.data.cache import VARIABLE
from kgrec.evaluation import (
    BASELINES,
    COLD_BASELINES,
    Baseline,
    Content,
    Interactions,
    ItemContent,
    fit_baselines,
)

LENGTH = 20
_BLOCK = 1024


def run_kgrec(
    folder: Path, lists: Path, seed: int, settings: dict[str, str], cache: Path
) -> dict[str, Any]:
    """Build, train and recommend with kgrec's defaults.

    :param lists: where to write ``user, item, rank, score`` for the users of test
    :param settings: changed settings by dotted name
    :param cache: where texts that are encoded once are kept
    :return: seconds, peak memory, and how much of the recommendations is made of paths
    """
    os.environ[VARIABLE] = str(cache)
    data = kgrec.load(folder)
    fitting, ranking = Stopwatch(), Stopwatch()
    with fitting:
        graph = kgrec.KnowledgeGraph.build(data)
        rec = kgrec.Recommender(kgrec.Config().replace(settings), seed=seed).fit(graph)
    with ranking:
        top = rec.recommend(users=_tested(data), k=LENGTH)
    peak = peak_mb()
    top.to_polars().select("user", "item", "rank", "score").write_parquet(lists)
    return {
        "seconds": fitting.seconds(),
        "ranking_seconds": ranking.seconds(),
        "stages": {name: round(value, 3) for name, value in rec.log.seconds.items()},
        "peak_mb": peak,
        "users": len(_tested(data)),
        **_paths(rec, data),
    }


def baseline_names(folder: Path) -> list[str]:
    """What :func:`run_baseline` can fit on a set, in the order of a table."""
    data = kgrec.load(folder)
    items = data.items.height
    models = [model for model in _models(data) if items <= getattr(model, "most_items", items)]
    return [model.name for model in models if model is not Content or _content(data)]


def run_baseline(folder: Path, lists: Path, name: str) -> dict[str, Any]:
    """Tune one baseline on valid, refit it on train and valid, and recommend."""
    data = kgrec.load(folder)
    interactions = Interactions.from_dataset(data)
    (model,) = (each for each in _models(data) if each.name == name)
    content = _content(data)
    with Stopwatch() as fitting:
        fitted = fit_baselines(
            interactions.train,
            interactions.valid,
            candidates=interactions.candidates,
            content=content,
            models=[model],
        )[name]
    users = _tested(data)
    with Stopwatch() as ranking:
        starts = range(0, len(users), _BLOCK)
        tables = [_lists(fitted, users[start : start + _BLOCK], interactions) for start in starts]
    pl.concat(tables).write_parquet(lists)
    return {
        "seconds": fitting.seconds(),
        "ranking_seconds": ranking.seconds(),
        "peak_mb": peak_mb(),
        "users": len(users),
        "parameters": fitted.parameters,
    }


def _models(data: kgrec.Dataset) -> Sequence[type[Baseline]]:
    """Where candidates are given they are new, and behaviour says nothing of them."""
    return BASELINES if data.candidates is None else COLD_BASELINES


def _content(data: kgrec.Dataset) -> ItemContent:
    return ItemContent.of(kgrec.KnowledgeGraph.build(data), data.items["item"].to_list())


def _lists(model: Baseline, users: list[str], interactions: Interactions) -> pl.DataFrame:
    rows: csr_matrix = interactions.rows(users)
    top = model.recommend(rows, LENGTH, candidates=interactions.candidates)
    at, places = np.nonzero(top.items >= 0)
    return pl.DataFrame(
        {
            "user": [users[row] for row in at],
            "item": [interactions.items[item] for item in top.items[at, places]],
            "rank": places + 1,
            "score": top.scores[at, places],
        },
        schema={"user": pl.String, "item": pl.String, "rank": pl.Int64, "score": pl.Float32},
    )


def _paths(rec: kgrec.Recommender, data: kgrec.Dataset) -> dict[str, float]:
    """Of warm users' recommendations: how many have a path, and the mean share of paths."""
    warm = set(data.train["user"]) | set(data.valid["user"])
    users = [user for user in _tested(data) if user in warm]
    shares = rec.path_share(rec.recommend(users=users, k=LENGTH))
    return {
        "with_path": float((shares["paths"] != 0).mean()),  # type: ignore[arg-type]
        "path_share": float(shares["share"].mean()),  # type: ignore[arg-type]
    }


def _tested(data: kgrec.Dataset) -> list[str]:
    return data.test["user"].unique().sort().to_list()
