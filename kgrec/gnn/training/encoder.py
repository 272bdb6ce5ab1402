"""What the training loop asks of a graph network."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

# Gates and layer weights are few and shared by all nodes: they may move faster.
SHARED_RATE = 3.0


@dataclass(frozen=True, eq=False)
class ParameterGroup:
    """Parameters that are trained alike.

    :ivar name: unique in its encoder, ``"nodes"``
    :ivar parameters: of the encoder
    :ivar rate: factor of the learning rate
    :ivar decay: whether weight decay applies
    :ivar frozen: for so many epochs they do not move; see :mod:`kgrec.gnn.training.freeze`
    """

    name: str
    parameters: Sequence[torch.nn.Parameter]
    rate: float = 1.0
    decay: bool = False
    frozen: float = 0.0


class Encoder(torch.nn.Module):
    """Vectors of users and items; a score is their dot product plus the item's bias.

    A user is given by a history and has no vector to train, so that the same network serves users
    who came after the training.

    :ivar bias: shape ``(I,)``
    """

    bias: torch.nn.Parameter

    @abstractmethod
    def vectors(
        self, histories: csr_matrix, scale: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors of users and of all items.

        :param histories: binary, shape ``(n, I)``
        :param scale: one factor for each user, shape ``(n, 1)``
        :return: shapes ``(n, d)`` and ``(I, d)``
        """

    def vectors_of(
        self, histories: csr_matrix, scale: torch.Tensor, items: npt.NDArray[np.int64]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors of users and of some items, those of the histories among them.

        A network that does not need all of the graph for it does better than this.

        :param histories: as in :meth:`vectors`
        :param items: sorted indices, shape ``(m,)``
        :return: shapes ``(n, d)`` and ``(m, d)``
        """
        users, vectors = self.vectors(histories, scale)
        return users, vectors.index_select(0, torch.from_numpy(items))

    @abstractmethod
    def groups(self) -> tuple[ParameterGroup, ...]:
        """All parameters, each in one group."""

    def alternate(self, random: np.random.Generator) -> Iterator[torch.Tensor]:  # noqa: ARG002
        """Losses beside the recommendation, on the graph alone: none, unless a model has one.

        After each pass over the users as many are taken as there were batches, a step for each.

        :param random: chance
        """
        return iter(())

    def forward(self, histories: csr_matrix, scale: torch.Tensor) -> torch.Tensor:
        """Scores of all items, shape ``(n, I)``; arguments as in :meth:`vectors`."""
        users, items = self.vectors(histories, scale)
        return users @ items.T + self.bias
