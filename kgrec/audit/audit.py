"""Train every arm with every seed on every split, and compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from kgrec.audit.alpha import AlphaCurve, alpha_curve, check_alphas, idle
from kgrec.audit.arms import ALL, Arm, choose_arms
from kgrec.audit.cells import Cells
from kgrec.audit.measure import K, Slice, System
from kgrec.audit.result import Audit
from kgrec.audit.splits import COLD, Split, splits_of
from kgrec.audit.trials import Lists, Trials
from kgrec.callbacks import Bar, Progress
from kgrec.check import leaks, require_no_leaks
from kgrec.config import Config
from kgrec.config_file import changed
from kgrec.data import Dataset
from kgrec.errors import ConfigError, DataError
from kgrec.evaluation import Interactions
from kgrec.evaluation.slices import slices_of
from kgrec.graph import KnowledgeGraph
from kgrec.text import TextEncoder

_STRICT = 0.99
"""Level of the intervals of slices: of several, one shows something by chance."""


def audit(
    data: Dataset,
    config: Config | None = None,
    *,
    seeds: int = 3,
    arms: Iterable[str] | None = None,
    cold: bool = True,
    alphas: Sequence[float] = (),
    folder: str | Path | None = None,
    allow_leaks: bool = False,
    encoder: TextEncoder | None = None,
    progress: Progress | None = None,
) -> Audit:
    """Find out what graph, text and pretraining are worth on a dataset.

    Every arm is trained as the whole is: choices look at valid, and the test is ranked once, at
    the end. Nothing is chosen by what comes out.

    :param data: with valid and test
    :param config: the settings of the whole; its seed is the first one
    :param seeds: how many seeds, at least 1
    :param arms: names of :data:`~kgrec.audit.arms.ARMS`, those of
        :data:`~kgrec.audit.arms.OPTIONAL`, ``no modality NAME``, and ``baselines``; ``None``: all
        that take away what the graph has
    :param cold: whether to hold out items, too, where the test is about known ones
    :param alphas: weights of language to train with, for a curve; none: no curve
    :param folder: where finished trainings are kept, so that an interrupted audit goes on;
        ``None``: nowhere
    :param allow_leaks: whether to go on if the data give answers away; the result says so
    :param encoder: turns descriptions into vectors; ``None``: what the settings say
    :param progress: receives one stage, one step a training
    :raises DataError: if the data leak, or there is no test
    :raises ConfigError: if there is no such arm, or no seed, or an alpha is none
    """
    config = config or Config()
    arms = None if arms is None else tuple(arms)
    choose_arms(arms)  # a slip of the pen is told before anything is built
    if seeds < 1:
        raise ConfigError(f"An audit needs at least 1 seed, not {seeds}.")
    alphas = check_alphas(alphas)
    if data.test.is_empty():
        raise DataError("there is no test to measure on", fix="give it interactions", file="test")
    if not allow_leaks:
        require_no_leaks(data, escape="allow leaks to go on all the same")
    splits, remarks = splits_of(data, cold=cold)
    graphs = [KnowledgeGraph.build(split.data) for split in splits]
    chosen, baselines = choose_arms(arms, graphs[0], config)
    trials = Trials(config, seeds, Cells(Path(folder) if folder else None), encoder)
    no_curve = idle(trials) if alphas else ""
    alphas = () if no_curve else alphas
    total = len(splits) * ((len(chosen) + len(alphas) + bool(alphas)) * seeds + baselines)
    with (progress or Progress()).stage("Audit", total) as bar:
        measured = [
            _measured(trials, split, graph, chosen, baselines, alphas, bar)
            for split, graph in zip(splits, graphs, strict=True)
        ]
    return Audit(
        name=data.info.name,
        splits=tuple(each.whole for each in measured),
        parts=measured[0].parts(),
        seeds=trials.seeds,
        arms={arm.name: arm.words for arm in chosen if arm.name not in trials.idle},
        sizes={split.name: split.sizes() for split in splits},
        changed=trials.changed,
        settings=changed(config),
        leaks=tuple(map(str, leaks(data))),
        remarks=(
            *remarks,
            *_remarks(trials),
            *filter(None, (no_curve, *(each.short() for each in measured))),
        ),
        curves=tuple(each.curve for each in measured if each.curve),
        seconds=trials.seconds,
    )


@dataclass(frozen=True, eq=False)
class _Measured:
    """A split with the lists of every system; the names of those that kgrec did not train."""

    split: Split
    lists: Lists
    baselines: frozenset[str]
    curve: AlphaCurve | None = None

    @property
    def whole(self) -> Slice:
        """All of the test."""
        return Slice.of(self.split.name, self._systems(self.split.data.test))

    def parts(self) -> tuple[Slice, ...]:
        """Slices of the test; all of the cold items are alike."""
        if self.split.name == COLD:
            return ()
        data = self.split.data
        return tuple(
            Slice.of(name, self._systems(test), level=_STRICT)
            for name, test in slices_of(data.test, Interactions.from_dataset(data)).items()
        )

    def short(self) -> str:
        """A remark on lists that are not full, which counts against a system."""
        full = min(K, self.split.sizes()["candidates"])
        lengths = {
            name: sum(each.height for each in lists) / (len(lists) * len(self.split.users))
            for name, lists in self.lists.items()
        }
        short = [f"{length:.1f} ({name})" for name, length in lengths.items() if length < full - 1]
        if not short:
            return ""
        return (
            f"Some lists of the {self.split.name} test are not full, for without a path nothing is "
            f"recommended; of {full} items they hold on average {', '.join(short)}."
        )

    def _systems(self, test: pl.DataFrame) -> list[System]:
        return [
            System.of(name, lists, test, is_baseline=name in self.baselines)
            for name, lists in self.lists.items()
        ]


def _measured(
    trials: Trials,
    split: Split,
    graph: KnowledgeGraph,
    arms: Sequence[Arm],
    baselines: bool,
    alphas: Sequence[float],
    bar: Bar,
) -> _Measured:
    trained = {arm.name: trials.arm(arm, split, graph, bar) for arm in arms}
    rivals = trials.rivals(split, graph, bar) if baselines else {}
    bar.advance(int(baselines))
    lists = {name: tables for name, tables in trained.items() if tables}
    curve = None
    if alphas:
        curve = alpha_curve(trials, split, graph, alphas, bar, whole=trained[ALL.name])
    return _Measured(split, {**lists, **rivals}, frozenset(rivals), curve)


def _remarks(trials: Trials) -> Iterator[str]:
    for name, reason in trials.idle.items():
        yield f"The arm '{name}' was left out, for {reason}."
    if trials.count == 1:
        yield "There was one seed only: the intervals say nothing of what another would give."
