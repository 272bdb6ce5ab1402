"""Whose scores are explained: what somebody took, in numbers and with a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.features import Features
from kgrec.sparse import row_of

STRANGER = -1
"""The row of somebody whom the model was not fitted on and the graph does not hold."""


@dataclass(frozen=True, eq=False)
class History:
    """What somebody took, weighed as a model reads it.

    :ivar user: the id, or what stands in its place
    :ivar items: indices, sorted, int64, shape ``(n,)``
    :ivar counts: how much each counts, above 0, float32, shape ``(n,)``
    :ivar row: of the user in the features; :data:`STRANGER`: there is none
    :ivar seen: indices of what is not to be recommended, sorted; ``None``: ``items``
    :ivar in_graph: whether queries of paths begin at the user, because the graph has all of this,
        or soon will
    :ivar names: what items are told as, by their indices, where it is not they that are liked but
        something that they have: ``"Comedy (such as Airplane!)"``
    """

    user: str
    items: npt.NDArray[np.int64]
    counts: npt.NDArray[np.float32]
    row: int = STRANGER
    seen: npt.NDArray[np.int64] | None = None
    in_graph: bool = True
    names: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of_user(cls, user: str, features: Features, histories: csr_matrix) -> Self:
        """What a user of the graph has.

        :param histories: of all users, weighed as the model reads them, shape ``(U, I)``
        :raises UnknownIdError: if the user is not in the graph
        """
        row = int(features.user_indices([user])[0])
        items, counts = row_of(histories, row)
        return cls(user, items.astype(np.int64), counts, row)

    @classmethod
    def of(cls, user: str, weights: csr_matrix, **more: Any) -> Self:
        """The history in a row of weights, shape ``(1, I)``; ``more`` are the other fields."""
        items, counts = row_of(weights, 0)
        return cls(user, items.astype(np.int64), counts, **more)

    @classmethod
    def of_stranger(cls, user: str, weights: csr_matrix, **more: Any) -> Self:
        """The same of somebody who is not in the graph."""
        return cls.of(user, weights, in_graph=False, **more)

    def weights(self, num_items: int) -> csr_matrix:
        """As a row of histories, float32, shape ``(1, I)``."""
        return _row(self.items, self.counts, num_items)

    def hidden(self, num_items: int) -> csr_matrix:
        """What is not to be recommended, as such a row."""
        seen = self.items if self.seen is None else self.seen
        return _row(seen, np.ones(len(seen), dtype=np.float32), num_items)


def _row(
    items: npt.NDArray[np.int64], values: npt.NDArray[np.float32], num_items: int
) -> csr_matrix:
    return csr_matrix((values, items, [0, len(items)]), shape=(1, num_items))
