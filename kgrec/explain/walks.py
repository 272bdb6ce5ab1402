r"""The walks behind a score, and the exact share of each.

A score is a sum over the history, :math:`|H|^{-\rho} \sum_j W_{ji} + b_i`
(:mod:`kgrec.gnn.linear.pairs`), and each pair weight :math:`W_{ji}` is the sum of two parts:

- the **closed form** :math:`\tau B_{ji}`, which by the dual of the regression
  (:mod:`kgrec.gnn.linear.closed_form`) is owed to the hubs that hold :math:`j`, each with the
  weight :math:`\omega_h (A_{hi} - (AB)_{hi})`. It is divided among the hubs that hold both items,
  users and facts alike, in proportion to these weights;
- the **learned affinity** :math:`\langle z_j, z_i\rangle`, a gate on the walks through the users
  that both items share. It is divided among them in the same proportion.

Nothing is estimated and nothing is left over: shares and popularity sum to the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix

from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import PairModel, keeps_all_pairs, shared_pairs

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# A hub that the regression already expects to hold the item still counts for a little.
_LEAST = 0.05


@dataclass(frozen=True, eq=False)
class Walks:
    """All walks from one user's history to one item, one a row.

    :ivar starts: the item of the history, int64, shape ``(w,)``
    :ivar hubs: a user where ``is_user``, else a column of the fact hubs, int64, shape ``(w,)``
    :ivar is_user: whether the hub is a user, bool, shape ``(w,)``
    :ivar shares: part of the score, shape ``(w,)``
    :ivar learned: how much of the share is learned affinity, shape ``(w,)``
    """

    starts: Indices
    hubs: Indices
    is_user: npt.NDArray[np.bool_]
    shares: Floats
    learned: Floats


class WalkFinder:
    """Finds the walks of a trained model.

    :param model: the trained model
    :param histories: what it was fitted on, binary, shape ``(U, I)``
    :param hubs: the hubs of the catalog
    """

    def __init__(self, model: PairModel, histories: csr_matrix, hubs: FactHubs) -> None:
        self.model, self.histories, self.hubs = model, histories, hubs

    @cached_property
    def _takers(self) -> csc_matrix:
        return self.histories.tocsc()

    @cached_property
    def _weights(self) -> csc_matrix:
        return self.model.weights.tocsc()

    @cached_property
    def _learned_pairs(self) -> csc_matrix | None:
        """Which pairs have a learned affinity; ``None``: all that share a user."""
        if keeps_all_pairs(self.model.num_items):
            return None
        return shared_pairs(self.histories).tocsc()

    @cached_property
    def _items_of_hubs(self) -> csr_matrix:
        return csr_matrix(self.hubs.members.T)

    def find(
        self,
        history: Indices,
        item: int,
        *,
        user: int | None = None,
        counts: npt.NDArray[np.float32] | None = None,
    ) -> Walks:
        """Find all walks from the items of a history to an item.

        :param history: item indices
        :param item: the item to explain
        :param user: the user whose history it is: nobody vouches for oneself
        :param counts: how much each item of the history counts; ``None``: 1
        """
        takers = self._column(self._takers, item)
        if user is not None:
            takers = takers[takers != user]
        facts = self.hubs.members[item].indices.astype(np.int64)
        weights = np.asarray(self._weights[:, [item]].toarray(), dtype=np.float64).ravel()
        learned = self._learned(takers, item)
        strengths = self._strengths(takers, facts, weights - learned, item)
        scale = max(len(history), 1) ** -self.model.history_power
        factors = np.full(len(history), scale) if counts is None else scale * counts
        parts = [
            (float(factor), self._of_start(start, takers, facts, strengths, weights, learned))
            for start, factor in zip(history.tolist(), factors, strict=True)
            if start != item
        ]
        return _concatenate(parts)

    def _learned(self, takers: Indices, item: int) -> Floats:
        """The learned affinity of every item to ``item``; 0 where no user joins them."""
        vectors = self.model.vectors.astype(np.float32)
        affinity = (vectors @ vectors[item]).astype(np.float64)
        shared = np.asarray(self.histories[takers].sum(axis=0)).ravel() > 0
        if self._learned_pairs is not None:
            nearest = np.zeros_like(shared)
            nearest[self._column(self._learned_pairs, item)] = True
            shared &= nearest
        return np.where(shared, affinity, 0.0)

    def _strengths(self, takers: Indices, facts: Indices, closed: Floats, item: int) -> Floats:
        """Dual weights of the users who took the item, then of its facts."""
        coefficients = closed / self.model.mix if self.model.mix else np.zeros_like(closed)
        coefficients[item] = 0.0
        of_users = 1.0 - self.histories[takers] @ coefficients
        of_facts = 1.0 - self._items_of_hubs[facts] @ coefficients
        gates = self.model.gates[self.hubs.roles[facts]].astype(np.float64)
        return np.concatenate([np.maximum(of_users, _LEAST), gates * np.maximum(of_facts, _LEAST)])

    def _of_start(
        self,
        start: int,
        takers: Indices,
        facts: Indices,
        strengths: Floats,
        weights: Floats,
        learned: Floats,
    ) -> Walks:
        """The walks that begin at one item of the history, with their parts of its pair weight."""
        users = np.flatnonzero(np.isin(takers, self._column(self._takers, start)))
        shared = np.flatnonzero(np.isin(facts, self.hubs.members[start].indices))
        joined = np.concatenate([users, len(takers) + shared])
        strength = strengths[joined]
        closed = _divide(weights[start] - learned[start], strength)
        from_users = strength * (np.arange(len(joined)) < len(users))
        affinity = _divide(learned[start], from_users)
        used = (strength > 0) & ((closed != 0) | (affinity != 0))
        return Walks(
            starts=np.full(int(used.sum()), start, dtype=np.int64),
            hubs=np.concatenate([takers[users], facts[shared]])[used],
            is_user=(np.arange(len(joined)) < len(users))[used],
            shares=(closed + affinity)[used],
            learned=affinity[used],
        )

    @staticmethod
    def _column(matrix: csc_matrix, column: int) -> Indices:
        start, stop = matrix.indptr[column : column + 2]
        return np.asarray(matrix.indices[start:stop], dtype=np.int64)


def _divide(amount: float, strengths: Floats) -> Floats:
    total = strengths.sum()
    return strengths * (amount / total) if total > 0 else np.zeros_like(strengths)


def _concatenate(parts: list[tuple[float, Walks]]) -> Walks:
    """Join walks, with a factor for the shares of each part."""
    empty = Walks(
        starts=np.zeros(0, np.int64),
        hubs=np.zeros(0, np.int64),
        is_user=np.zeros(0, np.bool_),
        shares=np.zeros(0),
        learned=np.zeros(0),
    )
    parts = [(1.0, empty), *parts]
    return Walks(
        starts=np.concatenate([part.starts for _, part in parts]),
        hubs=np.concatenate([part.hubs for _, part in parts]),
        is_user=np.concatenate([part.is_user for _, part in parts]),
        shares=np.concatenate([factor * part.shares for factor, part in parts]),
        learned=np.concatenate([factor * part.learned for factor, part in parts]),
    )
