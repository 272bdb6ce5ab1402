"""The list of one user, after every part of a policy in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.policies.bound import BoundPolicy, Exposures
from kgrec.policies.calibration import Calibrated, Mixture
from kgrec.policies.caps import Capped
from kgrec.policies.diversity import Determinant, MarginalRelevance
from kgrec.policies.exposure import Exposed, shares
from kgrec.policies.exposure_plan import Planned, planned_kinds
from kgrec.policies.greedy import Bound, Indices, Mask, Numbers, Term, greedy, scaled

_ROUNDING = 1e-9


class Stages:
    """Builds the list of one user from a pool of items, best first.

    Every part that is asked for builds the list anew, with all parts before it, so that what each
    of them moved is known.

    :param bound: the policy
    :param pool: items, shape ``(n,)``
    :param scores: of the model, shape ``(n,)``
    :param history: weights of the user's items, shape ``(1, I)``
    :param k: the length of the list
    """

    def __init__(
        self, bound: BoundPolicy, pool: Indices, scores: Numbers, history: csr_matrix, k: int
    ) -> None:
        self.bound, self.pool, self.history, self.k = bound, pool, history, k
        self._relevance = scaled(scores)
        self._capped = [(groups.dense(pool), most) for groups, most in bound.caps]
        self._terms: list[Callable[[], Term]] = []

    def run(self) -> Iterator[tuple[str, Indices]]:
        """Name of each part and the list after it, as places in the pool."""
        places = np.arange(min(self.k, len(self.pool)))
        if self._capped:
            places = self._greedy()
            yield "cap", places
        if self.bound.vectors is not None:
            self._terms.append(self._diverse(self.bound.vectors))
            places = self._greedy()
            yield "diversity", places
        if self.bound.parts is not None:
            places = self._calibrated(self.bound.parts, places)
            yield "calibration", places
        if self.bound.exposures is not None:
            yield "exposure", self._exposed(self.bound.exposures, places)

    def _greedy(self, *bounds: Bound, length: int | None = None) -> Indices:
        caps = [Capped(members, most) for members, most in self._capped]
        terms = [make() for make in self._terms]
        length = self.k if length is None else length
        return greedy(self._relevance, length, terms, [*caps, *bounds])

    def _diverse(self, vectors: csr_matrix) -> Callable[[], Term]:
        diversity = self.bound.policy.diversity
        assert diversity is not None
        rows = csr_matrix(vectors[self.pool])
        kind = Determinant if diversity.method == "dpp" else MarginalRelevance
        return lambda: kind(rows, diversity.strength)

    def _calibrated(self, parts: csr_matrix, before: Indices) -> Indices:
        """A list that is no farther from the history than the one before: greed may be misled."""
        calibration = self.bound.policy.calibration
        assert calibration is not None
        mixture = Mixture(self.history, parts, self.pool)
        if not len(mixture.wanted):
            return before
        self._terms.append(lambda: Calibrated(mixture, calibration.strength))
        places = self._greedy()
        if len(places) == len(before) and mixture.of(places) <= mixture.of(before):
            return places
        self._terms.pop()
        return before

    def _exposed(self, wanted: Exposures, before: Indices) -> Indices:
        members: Mask = np.asarray(wanted.members[self.pool].toarray() > 0)
        length = len(before)
        if not length:
            return before
        if _missing(members[before], wanted.minimum) <= _ROUNDING:
            return before
        places = self._greedy(Exposed(members, wanted.minimum, length), length=length)
        missing = _missing(members[places], wanted.minimum)
        if missing <= _ROUNDING or len(wanted.names) == 1:
            return places
        plan = planned_kinds(members, wanted.minimum, before)
        if plan is None:
            return places
        planned = self._greedy(Planned(*plan), length=length)
        better = _missing(members[planned], wanted.minimum) < missing
        return planned if better and len(planned) == length else places


def _missing(chosen: Mask, minimum: Numbers) -> float:
    """By how much the groups of a list fall short, in all."""
    return float(np.maximum(minimum - shares(chosen), 0.0).sum())
