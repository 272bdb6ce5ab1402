"""What explanations need of a deep network, beside what scores need.

A score needs the vectors of items alone; to say what a score owes to an edge, the network has to be
gone through once more. What is kept is bounded by the graph: a vector for each entity, a number for
each fact in either direction and for each interaction, and the weights of the layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from kgrec.gnn.deep.encoder import DeepEncoder, Pass
from kgrec.gnn.deep.messages import KgatMessages, Messages, RgcnMessages


@dataclass(frozen=True, eq=False)
class Network:
    """What is left of an encoder beside the vectors of items and the weights of users.

    :ivar entities: vectors of the core nodes that are no items before the first layer, shape
        ``(N - I, d)``
    :ivar of_facts: how much is heard along the edges of the catalog of the graph that it was
        fitted on, shape ``(E,)``; of no edge where there is no layer
    :ivar of_users: the same from users to items, in the order of the transpose of the interactions
        that it was fitted on
    :ivar messages: the weights of edges
    """

    entities: torch.Tensor
    of_facts: torch.Tensor
    of_users: torch.Tensor
    messages: Messages

    @staticmethod
    @torch.no_grad()
    def of(encoder: DeepEncoder, passed: Pass) -> Network:
        """Take it out of an encoder.

        :param passed: through the encoder, with the users of the graph
        """
        none, weights = torch.zeros(0), passed.weights
        return Network(
            entities=passed.core[encoder.catalog.num_items :].clone(),
            of_facts=weights.of_facts.clone() if weights else none,
            of_users=weights.of_users.clone() if weights else none,
            messages=encoder.messages(),
        )

    def tensors(self) -> dict[str, torch.Tensor]:
        """All numbers by name."""
        edges = {"entities": self.entities, "of_facts": self.of_facts, "of_users": self.of_users}
        return {**edges, **self.messages.tensors()}

    @staticmethod
    def of_tensors(kind: str, tensors: Mapping[str, torch.Tensor]) -> Network:
        """The inverse of :meth:`tensors`.

        :param kind: ``rgcn`` or ``kgat``
        :raises KeyError: if a tensor is missing
        """
        rgcn = kind == "rgcn"
        messages: Messages = RgcnMessages.of_tensors(tensors) if rgcn else KgatMessages()
        return Network(tensors["entities"], tensors["of_facts"], tensors["of_users"], messages)
