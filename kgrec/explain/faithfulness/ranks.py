"""The place of an item among all others that a user may be recommended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rivals:
    """The scores of all other items that the user may be recommended; they stay as they are.

    :ivar scores: ascending, shape ``(n,)``
    """

    scores: Floats

    @staticmethod
    def of(scores: npt.ArrayLike) -> Rivals:
        """Sort the scores of the other items; those that may not be recommended are left out.

        :param scores: in any order, -inf for what may not be recommended
        """
        numbers = np.asarray(scores, dtype=np.float64)
        return Rivals(np.sort(numbers[numbers > -np.inf]))

    def ranks(self, scores: npt.ArrayLike) -> Ranks:
        """The rank that each score would have; 1 is best, and a tie counts for the item.

        :param scores: any shape
        :return: between 1 and ``n + 1``, the same shape
        """
        places = np.searchsorted(self.scores, np.asarray(scores, dtype=np.float64), side="right")
        return np.asarray(1 + len(self.scores) - places, dtype=np.int64)
