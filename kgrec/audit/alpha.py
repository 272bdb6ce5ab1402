"""How accuracy depends on ``gnn.alpha``, the weight of language against behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from kgrec.audit.arms import ALL
from kgrec.audit.measure import METRIC, Slice, System
from kgrec.audit.splits import COLD, Split
from kgrec.audit.trials import Trials
from kgrec.callbacks import Bar
from kgrec.errors import ConfigError
from kgrec.evaluation import Interval
from kgrec.graph import KnowledgeGraph

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""From no language to language alone."""

LEARNED = "learned"


@dataclass(frozen=True, eq=False)
class AlphaCurve:
    """The metric at some weights of language, on one test.

    :ivar alphas: rising
    :ivar systems: the learned alpha, and then each of :attr:`alphas`, all compared with the first
    """

    alphas: tuple[float, ...]
    systems: Slice

    @property
    def split(self) -> str:
        """``warm`` or ``cold``."""
        return self.systems.name

    @property
    def points(self) -> Mapping[float, Interval]:
        """Mean and 95 % interval over users and seeds, by alpha."""
        fixed = self.systems.systems[1:]
        return {alpha: at.interval() for alpha, at in zip(self.alphas, fixed, strict=True)}

    @property
    def learned(self) -> Interval:
        """The same where alpha is learned."""
        return self.systems.systems[0].interval()

    @property
    def sentence(self) -> str:
        """What the curve says."""
        told: dict[int, list[str]] = {1: [], -1: [], 0: []}
        for alpha, each in zip(self.alphas, self.systems.differences.values(), strict=True):
            told[each.verdict].append(f"{alpha:g}")
        where = "cold items" if self.split == COLD else "warm users"
        words = [
            f"{verb} alpha = {_listed(told[verdict])}"
            for verdict, verb in ((1, "is better than"), (-1, "is worse than"))
            if told[verdict]
        ]
        if told[0]:
            words.append(f"cannot be told from alpha = {_listed(told[0])}")
        return f"On {where} a learned alpha ({METRIC} {self.learned.mean:.4f}) {_listed(words)}."

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {"alphas": list(self.alphas), **self.systems.to_dict(), "conclusion": self.sentence}


def check_alphas(alphas: Sequence[float]) -> tuple[float, ...]:
    """Sort them.

    :raises ConfigError: if there is but one, or one is not between 0 and 1
    """
    found = tuple(sorted(set(alphas)))
    if len(found) == 1 or not all(0 <= alpha <= 1 for alpha in found):
        raise ConfigError("A curve over alpha needs two values or more, each between 0 and 1.")
    return found


def alpha_curve(
    trials: Trials,
    split: Split,
    graph: KnowledgeGraph,
    alphas: Sequence[float],
    bar: Bar,
    whole: Sequence[pl.DataFrame] = (),
) -> AlphaCurve:
    """Train with each alpha and each seed, and once more with a learned one.

    :param trials: trains and remembers
    :param split: on whose test to measure :data:`~kgrec.audit.measure.METRIC`
    :param graph: of the split
    :param alphas: see :func:`check_alphas`
    :param bar: receives one step a training
    :param whole: what was recommended with the settings of ``trials``, if that is known already
    """

    def lists(alpha: float | None) -> Sequence[pl.DataFrame]:
        if alpha == trials.config.gnn.alpha and whole:
            bar.advance(trials.count)
            return whole
        own = replace(trials, config=trials.config.replace({"gnn.alpha": alpha}))
        found = own.arm(replace(ALL, name=f"alpha {_name(alpha)}"), split, graph, bar)
        trials.seconds = own.seconds
        return found

    test, every = split.data.test, (None, *alphas)
    systems = [System.of(_name(alpha), lists(alpha), test) for alpha in every]
    return AlphaCurve(tuple(alphas), Slice.of(split.name, systems))


def idle(trials: Trials) -> str:
    """Why there is no curve; empty: there is one."""
    if trials.config.text.enabled:
        return ""
    return f"No curve of {METRIC} over alpha was measured, for text.enabled is off."


def _name(alpha: float | None) -> str:
    return LEARNED if alpha is None else f"{alpha:g}"


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
