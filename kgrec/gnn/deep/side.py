"""The part of a deep network that turns histories into users.

The papers give each user an id with a vector to train. Here a user has none: at every layer the
user is computed from the items of the history at the layer below. This is the one point in which
kgrec's R-GCN and KGAT leave the papers, so that somebody who came after the training, or a profile
of a few liked items, is served at once by the same network.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import torch

from kgrec.gnn.deep.histories import Histories


class Side(ABC):
    """The weights that both users and items go through, layer by layer."""

    @property
    @abstractmethod
    def layers(self) -> int:
        """How many."""

    @abstractmethod
    def shares(
        self, histories: Histories, users: torch.Tensor, items: torch.Tensor
    ) -> torch.Tensor:
        """How much a user hears from each item of the history; sums to 1 for each user.

        :param users: vectors before the first layer, shape ``(n, d)``
        :param items: the same of items, shape ``(I, d)``
        :return: shape ``(E,)``
        """

    @abstractmethod
    def message(self, layer: int, heard: torch.Tensor) -> torch.Tensor:
        """What a user makes of the items heard, shape ``(n, d)``."""

    @abstractmethod
    def step(self, layer: int, nodes: torch.Tensor, message: torch.Tensor) -> torch.Tensor:
        """Vectors of nodes after a layer, from those before it and the message."""

    @abstractmethod
    def join(self, states: Sequence[torch.Tensor]) -> torch.Tensor:
        """The final vectors, from those of all layers, the first being what is before the first."""

    @abstractmethod
    def tensors(self) -> dict[str, torch.Tensor]:
        """All weights by name, in no other order than that of the names."""

    def users(self, histories: Histories, items: Sequence[torch.Tensor]) -> torch.Tensor:
        """Final vectors of users, shape ``(n, D)``.

        :param items: vectors of the items before each layer
        """
        users = histories.mean(items[0])
        states = [users]
        shares = self.shares(histories, users, items[0]) if self.layers else None
        for layer in range(self.layers):
            assert shares is not None
            heard = self.message(layer, histories.edges.product(shares, items[layer]))
            states.append(self.step(layer, states[-1], heard))
        return self.join(states)


Layers = Sequence[Mapping[str, torch.Tensor]]


def by_name(layers: Layers) -> dict[str, torch.Tensor]:
    """The weights of layers in one mapping: ``0.root``, ``0.bias``, ``1.root`` …"""
    return {f"{n}.{name}": each for n, layer in enumerate(layers) for name, each in layer.items()}


def by_layer(tensors: Mapping[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
    """The inverse of :func:`by_name`; names without a number are passed over.

    :raises KeyError: if a layer is missing between two others
    """
    layers: dict[int, dict[str, torch.Tensor]] = {}
    for path, tensor in tensors.items():
        number, _, name = path.partition(".")
        if number.isdigit():
            layers.setdefault(int(number), {})[name] = tensor
    return [layers[number] for number in range(len(layers))]
