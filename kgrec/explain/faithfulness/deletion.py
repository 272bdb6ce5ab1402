r"""What becomes of a recommendation without some of its paths, and with them alone.

The score is a sum, so the score without paths :math:`D` is :math:`s - \sum_{p \in D} s_p`; all
other items keep their scores, and the item is ranked anew among them. That a model scores just so
when the walks are masked in its weights is a claim of its own, which
:mod:`kgrec.explain.faithfulness.rescoring` checks.

Two numbers say how much was lost. The **rank drop** is what a user sees, but an item that leads by
far stays first whatever is deleted, and one that falls into a crowd falls far. The **score drop**
knows neither, and so stands beside it.

For a model that is a sum, no three paths can lower a score by more than the three with the largest
shares. That these lose more than others is thus no test of the shares; *how much* more says how far
a few paths are the reason, and a control that loses nearly as much would tell the story as well.

Deletion and insertion: Petsiuk et al., "RISE", BMVC 2018. Necessity and sufficiency: DeYoung et
al., "ERASER" (comprehensiveness and sufficiency), ACL 2020,
https://doi.org/10.18653/v1/2020.acl-main.408.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kgrec.explain.explanation import Explanation
from kgrec.explain.faithfulness.ranks import Floats, Rivals


@dataclass(frozen=True)
class Effect:
    """What a change of the score does to the rank.

    :ivar score: before
    :ivar new_score: after
    :ivar rank: before, at least 1
    :ivar new_rank: after, at least 1
    """

    score: float
    new_score: float
    rank: int
    new_rank: int

    @property
    def rank_drop(self) -> int:
        """Places lost; negative where the item rises."""
        return self.new_rank - self.rank

    @property
    def score_drop(self) -> float:
        """How much of the score is lost."""
        return self.score - self.new_score


def shares_of(explanation: Explanation) -> Floats:
    """The shares of the listed paths, shape ``(paths,)``."""
    return np.array([path.share for path in explanation.paths], dtype=np.float64)


def delete(explanation: Explanation, rivals: Rivals, paths: Sequence[int]) -> Effect:
    """Delete some paths: what they are necessary for.

    :param explanation: with all paths
    :param rivals: the scores of the other items
    :param paths: places in ``explanation.paths``, each at most once
    """
    lost = float(shares_of(explanation)[list(paths)].sum())
    return _effect(explanation.score, explanation.score - lost, rivals)


def keep(explanation: Explanation, rivals: Rivals, paths: Sequence[int]) -> Effect:
    """Delete all paths but some: what they suffice for. What is not a path stays.

    :param explanation: with all paths
    :param rivals: the scores of the other items
    :param paths: places in ``explanation.paths``, each at most once
    """
    shares = shares_of(explanation)
    shares[list(paths)] = 0.0
    return _effect(explanation.score, explanation.score - float(shares.sum()), rivals)


def _effect(score: float, new_score: float, rivals: Rivals) -> Effect:
    rank, new_rank = rivals.ranks([score, new_score]).tolist()
    return Effect(score, new_score, rank, new_rank)
