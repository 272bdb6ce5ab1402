"""The search: trial after trial, until there are enough or the time is over."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.config_file import leaves
from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.tracking import Tracker
from kgrec.tune._optuna import median_pruner, quiet_optuna
from kgrec.tune.folder import held_folder
from kgrec.tune.loop import Loop
from kgrec.tune.output import write_study
from kgrec.tune.space import Space, check_space, default_space, to_tree
from kgrec.tune.storage import FORMAT, open_study
from kgrec.tune.study import Plan, Study, read_study
from kgrec.tune.trial import METRIC, Trainer
from kgrec.vocabulary import INTERACTED


def tune(
    graph: KnowledgeGraph,
    *,
    study: str | Path,
    trials: int = 50,
    timeout: float | None = None,
    space: Space | None = None,
    config: Config | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    track: Callable[[int], Tracker] | None = None,
) -> Study:
    """Search for settings that raise NDCG@20 on *valid*; *test* is not in a graph.

    The first trial has the settings of ``config``, the next ten are random, and then a
    tree-structured Parzen estimator proposes (Bergstra et al. 2011, multivariate as in Falkner et
    al. 2018). A trial whose best epoch is below the median of the others at the same epoch is ended
    early. A study that is killed goes on with the same call and proposes what it would have
    proposed: same graph, space, settings and seed, same study.

    :param study: its folder, which is made: ``study.db`` (SQLite), ``best.toml``, ``study.html``
    :param trials: how many trials the study has at its end, earlier ones included, at least 1
    :param timeout: seconds after which no further trial begins
    :param space: what is searched; ``None``: :data:`~kgrec.tune.SPACE`, without the settings that
        ``config`` changes
    :param config: all other settings; ``None``: the defaults
    :param seed: of proposals and trainings; overrules ``config.seed``
    :param progress: receives one stage
    :param track: makes a tracker for a trial, by its number
    :raises MissingExtraError: if Optuna is not installed
    :raises ConfigError: if the graph has no validation interactions, the space is not one of the
        settings, or no trial came to its end
    :raises RunError: if the folder holds another study, or is in use
    """
    config = config or Config()
    config = config if seed is None else config.replace({"seed": seed})
    space = default_space(config) if space is None else space
    _check(graph, space, config, trials)
    with held_folder(Path(study)) as folder, quiet_optuna() as optuna:
        plan = Plan(folder, graph.name, config, space)
        opened = open_study(optuna, folder, _header(plan, graph))
        opened.pruner = median_pruner(optuna, int(leaves(config).get("gnn.epochs", 0)))
        loop = Loop(optuna, opened, Trainer(graph, config, track or (lambda _: Tracker())), space)
        deadline = time.monotonic() + timeout if timeout is not None else math.inf
        with (progress or Progress()).stage("Tune", trials) as bar:
            bar.advance(loop.place)
            while loop.place < trials and time.monotonic() < deadline:
                loop.run(bar)
                bar.advance()
                write_study(read_study(optuna, opened, plan))
        result = read_study(optuna, opened, plan)
        write_study(result)
    if result.value is None:
        raise ConfigError("No trial came to its end; give more trials or more time.")
    return result


def _check(graph: KnowledgeGraph, space: Space, config: Config, trials: int) -> None:
    if trials < 1:
        raise ConfigError(f"A study has at least 1 trial, not {trials}.")
    check_space(space, config)
    taken = pl.col("relation") == INTERACTED
    if graph.edges.filter(taken & (pl.col("split") == "valid")).is_empty():
        raise ConfigError(
            "The graph has no validation interactions, so nothing tells good settings from bad "
            "ones: add the table valid to the data."
        )


def _header(plan: Plan, graph: KnowledgeGraph) -> dict[str, Any]:
    """All that the trials of a study depend on."""
    settings = leaves(plan.config)
    return {
        "format": FORMAT,
        "graph": graph.identity,
        "dataset": plan.dataset,
        "seed": settings.pop("seed"),
        "settings": settings,
        "space": to_tree(plan.space),
        "metric": METRIC,
    }
