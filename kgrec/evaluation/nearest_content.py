"""A baseline that knows the items and not the crowd: what is like the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix, hstack

from kgrec.errors import ConfigError
from kgrec.evaluation.baselines import Baseline
from kgrec.evaluation.content import ItemContent, tf_idf
from kgrec.panels import Panels
from kgrec.sparse import MOST_DENSE


@dataclass
class Content(Baseline):
    r"""Cosine between an item and the mean of the history, in facts and words.

    .. math:: s_{ui} = \sum_{j \in H_u} \frac{f_i \cdot f_j + \text{text} \cdot w_i \cdot w_j}
        {1 + \text{text}}

    with :math:`f` and :math:`w` the TF-IDF vectors of length 1 of the facts and of the words. It
    ranks new items as well as known ones. The length of the history's mean is one factor a user
    and left out. Lops et al. 2011 (https://doi.org/10.1007/978-0-387-85820-3_3).

    :ivar rarity: exponent of the inverse frequency, at least 0
    :ivar text: the weight of the words, where that of the facts is 1, at least 0
    """

    name: ClassVar[str] = "Content"
    grid: ClassVar[dict[str, tuple[float, ...]]] = {
        "rarity": (0.5, 1.0, 1.5, 2.0),
        "text": (0.5, 1.0, 2.0),
    }

    rarity: float = 1.0
    text: float = 1.0
    _features: csr_matrix = field(init=False, repr=False)
    _cosines: Panels | None = field(init=False, repr=False, default=None)

    @classmethod
    def grid_for(cls, content: ItemContent) -> dict[str, tuple[float, ...]]:
        """The settings that make a difference: the weight of words does beside facts only."""
        both = content.facts.nnz and content.words.nnz
        return cls.grid if both else {**cls.grid, "text": (1.0,)}

    def fit(self, train: csr_matrix, content: ItemContent | None = None) -> Self:
        """Take the items' vectors; of ``train`` nothing is learned.

        :raises ConfigError: if nothing is known of the items
        """
        if not content:
            raise ConfigError("The items have neither facts nor texts: leave this baseline out.")
        words = tf_idf(content.words, self.rarity) * np.float32(np.sqrt(self.text))
        self._features = hstack([tf_idf(content.facts, self.rarity), words], format="csr")
        # A square of cosines is many times faster where it fits into memory.
        square = train.shape[1] <= MOST_DENSE
        self._cosines = Panels((self._features @ self._features.T).toarray()) if square else None
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Sum the cosines of each item to the history."""
        if self._cosines is not None:
            return self._cosines.sums(rows).numpy()
        return np.asarray(((rows @ self._features) @ self._features.T).toarray(), dtype=np.float32)
