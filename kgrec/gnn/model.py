"""What a trained model can do, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix


class Model(Protocol):
    """Enough to score, and to say of which parts a score is the sum."""

    @property
    def kind(self) -> str:
        """The setting ``gnn.model`` that makes such a model."""

    @property
    def recency(self) -> float:
        """The power by which histories are weighed before they come here."""

    @property
    def num_items(self) -> int:
        """Columns of a score."""

    def score(self, histories: csr_matrix) -> torch.Tensor:
        """Score all items.

        :param histories: above 0 where a user has an item, shape ``(n, I)``
        :return: float32, shape ``(n, I)``
        """

    def ranking(
        self, histories: csr_matrix, candidates: npt.NDArray[np.int64] | None = None
    ) -> torch.Tensor:
        """Scores to rank by: -inf where an item is not to be recommended, shape ``(n, I)``.

        :param histories: above 0 where a user has an item, shape ``(n, I)``
        :param candidates: indices of the only items that may be recommended; ``None``: all
        """

    def parts(
        self, histories: csr_matrix, items: npt.NDArray[np.int64]
    ) -> Mapping[str, npt.NDArray[np.float64]]:
        """The named parts of the score of one item for each user, which sum to the score.

        ``paths``, ``content``, ``latent`` and ``popularity``, each of shape ``(n,)``.

        :param histories: above 0 where a user has an item, shape ``(n, I)``
        :param items: the item of each row, shape ``(n,)``
        """

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """All numbers of the model by name, to be written to a file."""
