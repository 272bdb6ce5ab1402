"""What R-GCN and KGAT have in common: one pass over items, entities and users together."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.deep.catalog import Catalog
from kgrec.gnn.deep.histories import Histories
from kgrec.gnn.deep.messages import Messages
from kgrec.gnn.deep.side import Side
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.training.encoder import Encoder, ParameterGroup
from kgrec.gnn.training.nodes import NodeVectors


@dataclass(frozen=True, eq=False)
class Pass:
    """One pass over the graph.

    :ivar items: vectors of the items before the first layer and after each, shapes ``(I, d_l)``
    :ivar users: the same of the users, shapes ``(n, d_l)``
    :ivar core: vectors of all core nodes before the first layer, shape ``(N, d)``
    :ivar weights: of the edges; ``None`` where there is no layer
    """

    items: list[torch.Tensor]
    users: list[torch.Tensor]
    core: torch.Tensor
    weights: Weights | None


@dataclass(frozen=True, eq=False)
class Weights:
    """How much a node hears along each edge.

    :ivar of_facts: of the edges of the catalog
    :ivar of_users: from users to items, in the order of the transpose of the histories
    :ivar of_items: from items to users, in the order of the histories
    """

    of_facts: torch.Tensor
    of_users: torch.Tensor
    of_items: torch.Tensor


class DeepEncoder(Encoder):
    """A network with weights in each layer over items, entities and users.

    In training, the users of a batch *are* the user nodes of the graph, each joined to the items
    that are shown of the history: no item hears of the interaction that is to be predicted, and
    one pass serves the whole batch.

    :param features: the graph in numbers
    :param inputs: texts and pretrained vectors
    :param config: sizes and rates
    :param histories: the interactions that belong to the graph, binary, shape ``(U, I)``
    :ivar takers: users of each item, shape ``(I,)``
    """

    def __init__(
        self, features: Features, inputs: NodeInputs, config: GnnConfig, histories: csr_matrix
    ) -> None:
        super().__init__()
        self.catalog = Catalog.of(features)
        self.dropout = config.dropout
        self.nodes = NodeVectors(len(features.core), inputs, config)
        self.bias = torch.nn.Parameter(torch.zeros(len(features.items)))
        self.takers = torch.from_numpy(np.bincount(histories.indices, minlength=len(self.bias)))
        self.bias.register_hook(self._of_taken)  # type: ignore[no-untyped-call]
        # What nobody took is never to be predicted: its own numbers would only learn to be wrong.
        self.nodes.own.free.register_hook(self._of_taken)  # type: ignore[no-untyped-call]
        self._forget(inputs, config)

    @abstractmethod
    def side(self) -> Side:
        """The weights that users go through, as they are now."""

    @abstractmethod
    def messages(self) -> Messages:
        """A copy of the weights of the edges, as they are now."""

    @abstractmethod
    def weigh(self, histories: Histories, core: torch.Tensor, users: torch.Tensor) -> Weights:
        """Weights of the edges, the same for all layers.

        :param core: vectors of the nodes before the first layer, shape ``(N, d)``
        :param users: the same of users, shape ``(n, d)``
        """

    @abstractmethod
    def of_facts(
        self, layer: int, catalog: Catalog, weights: torch.Tensor, core: torch.Tensor
    ) -> torch.Tensor:
        """What nodes hear along facts.

        :param weights: of the edges of ``catalog``
        :param core: vectors of the nodes before the layer
        :return: shape ``(rows of catalog.edges, d)``
        """

    @abstractmethod
    def of_users(self, layer: int, heard: torch.Tensor) -> torch.Tensor:
        """What items make of the users heard, shape ``(I, d)``."""

    def through(self, histories: Histories) -> Pass:
        """Go through all layers.

        :param histories: of the users that are nodes of the graph
        """
        side, known = self.side(), self.nodes.chance()
        core = self.nodes(known)
        if known is not None:
            # What has no vector of its own in this step is new: nobody took it, either.
            histories = histories.without(~known[: self.catalog.num_items])
        num_items = self.catalog.num_items
        users = histories.mean(self._drop(core[:num_items]))
        weights = self.weigh(histories, core, users) if side.layers else None
        passed = Pass([core[:num_items]], [users], core, weights)
        for layer in range(side.layers):
            assert weights is not None
            last = layer + 1 == side.layers
            catalog = self.catalog.of_items_only if last else self.catalog
            taken = histories.edges.product(weights.of_items, self._drop(core[:num_items]))
            heard = self._hear(layer, catalog, histories, weights, core, users)
            core = side.step(layer, core[: len(heard)], heard)
            users = side.step(layer, users, side.message(layer, taken))
            passed.items.append(core[:num_items])
            passed.users.append(users)
        return passed

    def _hear(
        self,
        layer: int,
        catalog: Catalog,
        histories: Histories,
        weights: Weights,
        core: torch.Tensor,
        users: torch.Tensor,
    ) -> torch.Tensor:
        heard = self.of_facts(layer, catalog, weights.of_facts[: len(catalog.kinds)], core)
        by_users = histories.edges.transposed.product(weights.of_users, users)
        more = self.of_users(layer, by_users)
        return heard + torch.nn.functional.pad(more, (0, 0, 0, len(heard) - len(more)))

    @torch.no_grad()
    def popularity(self) -> torch.Tensor:
        """The bias, where what nobody took has that of the least popular, shape ``(I,)``."""
        taken = self.takers > 0
        least = self.bias[taken].min() if taken.any() else 0.0
        return torch.where(taken, self.bias, least)

    def _of_taken(self, gradient: torch.Tensor) -> torch.Tensor:
        """The gradient without that of the items that nobody took; rows are items, then others."""
        gradient = gradient.clone()
        gradient[: len(self.takers)][self.takers == 0] = 0.0
        return gradient

    @torch.no_grad()
    def _forget(self, inputs: NodeInputs, config: GnnConfig) -> None:
        """Items without users start from their pretrained vector or from nothing, not by chance."""
        trained = inputs.pretrained is not None and config.pretrained == "full"
        width = inputs.pretrained.shape[1] if trained and inputs.pretrained is not None else 0
        self.nodes.own.free[: len(self.takers), width:][self.takers == 0] = 0.0

    def _drop(self, vectors: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.dropout(vectors, self.dropout, self.training)

    def vectors(
        self, histories: csr_matrix, scale: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors of users and of all items; see :meth:`Encoder.vectors`."""
        known = Histories(histories)
        side, passed = self.side(), self.through(known)
        return side.join(passed.users) * (known.sums * scale), side.join(passed.items)

    def groups(self) -> tuple[ParameterGroup, ...]:
        """Those of the nodes, the bias, and the weights of the layers."""
        own = {id(each) for each in self.nodes.parameters()} | {id(self.bias)}
        layers = [each for each in self.parameters() if id(each) not in own]
        return (
            *self.nodes.groups(),
            ParameterGroup("bias", [self.bias]),
            ParameterGroup("layers", layers, decay=True),
        )
