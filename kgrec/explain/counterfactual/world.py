"""One user's list as it is, and as it would be: real scores of a history that was changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from kgrec.features import Features
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.linear.recency import weigh

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class World:
    """A user, a model, and what may be recommended.

    :ivar model: the trained model
    :ivar history: item indices, latest first, int64, shape ``(n,)``
    :ivar ages: 1 for the latest, 2 for the one before …; items of one moment share theirs, and all
        are 1 where times do not count; ascending, float64, shape ``(n,)``
    :ivar power: how much the latest count more; 0: all alike, or times are unknown
    :ivar candidates: the only items that may be recommended; ``None``: all
    """

    model: PairModel
    history: Indices
    ages: Floats
    power: float
    candidates: Indices | None

    @staticmethod
    def of(features: Features, model: PairModel, row: int) -> World:
        """The world of one user.

        :param row: the user's index
        """
        items = features.history[[row]].indices.astype(np.int64)
        ages, power = np.ones(len(items)), 0.0
        if features.history_ages is not None and model.recency:
            places = features.history_ages[[row]]
            ages, power = np.asarray(places.toarray()[0, items], np.float64), model.recency
        order = np.lexsort((items, ages))
        return World(model, items[order], ages[order], power, features.candidates)

    @property
    def num_items(self) -> int:
        """Columns of a score."""
        return self.model.num_items

    def row(self, kept: Indices, added: Indices) -> csr_matrix:
        """The history as the model takes it: weighed by how late each item was, shape ``(1, I)``.

        :param kept: places in :attr:`history`; what is later of these has a lower age than before
        :param added: items that were taken after all others, in one moment
        """
        items = np.concatenate([self.history[kept], added])
        ages = ages_among(np.concatenate([self.ages[kept], np.zeros(len(added))]))
        order = np.argsort(items)
        shape, starts = (1, self.num_items), [0, len(items)]
        columns = items[order]
        ones = csr_matrix((np.ones(len(items), np.float32), columns, starts), shape=shape)
        matrix = csr_matrix((ages[order].astype(np.float32), columns, starts), shape=shape)
        return weigh(ones, matrix, self.power)

    @torch.no_grad()
    def scores(self, row: csr_matrix, *, hidden: Indices | None = None) -> Floats:
        """What the items are ranked by: -inf where one is not to be recommended, shape ``(I,)``.

        :param row: of :meth:`row`
        :param hidden: items that are left out besides those of the row
        """
        ranking = self.model.ranking(row, self.candidates)[0].numpy().astype(np.float64)
        scores = np.where(self.allowed, ranking, -np.inf)
        scores[row.indices] = -np.inf
        if hidden is not None:
            scores[hidden] = -np.inf
        return scores

    @cached_property
    def allowed(self) -> npt.NDArray[np.bool_]:
        """Which items may be recommended to anybody, shape ``(I,)``."""
        if self.candidates is None:
            return np.ones(self.num_items, dtype=bool)
        allowed = np.zeros(self.num_items, dtype=bool)
        allowed[self.candidates] = True
        return allowed

    def without(self, removed: Indices, *, returns: bool = True) -> Floats:
        """Scores after some of the history is gone.

        :param removed: places in :attr:`history`
        :param returns: whether what was removed may be recommended again
        """
        row = self.row(np.setdiff1d(np.arange(len(self.history)), removed), np.zeros(0, np.int64))
        return self.scores(row, hidden=None if returns else self.history[removed])

    def with_items(self, added: Indices) -> Floats:
        """Scores after more items were taken, all in one moment, now."""
        return self.scores(self.row(np.arange(len(self.history)), added))

    def now(self) -> Floats:
        """Scores as they are."""
        return self.with_items(np.zeros(0, np.int64))

    def weights_of(self, items: Indices, columns: Indices) -> Floats:
        """Pair weights of some items with others, paths and content, shape ``(items, columns)``."""
        model = self.model
        part = model.weights[items] * model.path_volume
        part += model.content[items] * model.content_volume
        return np.asarray(part[:, columns].toarray(), dtype=np.float64)

    def bias_gaps(self, items: Indices, target: int, size: int) -> Floats:
        r"""What popularity puts between items and a target, in units of one history item.

        With :math:`n` items, of weights :math:`v_j = a_j^{-\gamma}` before they are made to sum to
        :math:`n`, an item :math:`r` is above the target :math:`i` where

        .. math:: \sum_j v_j \left(M_{jr} - M_{ji} + \frac{b_r - b_i}{n^{1-\rho}}\right) > 0,

        which for a given :math:`n` is a sum over the history, whatever the weights sum to.

        :param size: :math:`n`
        """
        bias = self.model.bias.astype(np.float64)
        gaps: Floats = (bias[items] - bias[target]) / max(size, 1) ** (1 - self.model.history_power)
        return gaps


def ages_among(ages: Floats) -> Floats:
    """Ages among some items alone: 1 and how many of them are later.

    :param ages: in any order, shape ``(n,)``
    """
    # As scipy.stats.rankdata with "min", which takes a second to import, and longer for each call.
    return np.asarray(np.searchsorted(np.sort(ages), ages) + 1, dtype=np.float64)


def rank_of(scores: Floats, item: int) -> int | None:
    """The place of an item, from 1; ties go to the lower index; ``None``: never recommended."""
    score = scores[item]
    if score == -np.inf:
        return None
    return int((scores > score).sum() + (scores[:item] == score).sum()) + 1


def best(scores: Floats, k: int) -> list[int]:
    """The best items, best first; ties go to the lower index."""
    order = np.lexsort((np.arange(len(scores)), -scores))[:k]
    return [int(item) for item in order if scores[item] > -np.inf]
