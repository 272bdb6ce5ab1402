r"""The linear relational encoder: a vector for every node of the catalog.

.. math::
    z^{(l+1)} = \hat A z^{(l)}, \qquad z = \sum_l a_l z^{(l)}

:math:`z^{(0)}` is what is known of a node itself (:mod:`kgrec.gnn.training.nodes`),
:math:`\hat A` the gated adjacency of :mod:`kgrec.gnn.linear.propagation` and :math:`a` a softmax
over layers. **Users have no vector**: a user is the sum of the items in the history, so that
whatever the model says of a user can be laid at the door of something the user did.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.propagation import Hop, RelationalAdjacency
from kgrec.gnn.training.encoder import SHARED_RATE, Encoder, ParameterGroup
from kgrec.gnn.training.nodes import NodeVectors
from kgrec.gnn.training.relations import start_from_texts
from kgrec.sparse import product

_GATE_SPREAD = 0.1
"""How far gates that start from texts are from 1, root mean square."""


class LinearRelationalEncoder(Encoder):
    """Vectors of items, trained with their facts and texts.

    :param features: the graph in numbers
    :param inputs: texts and pretrained vectors
    :param config: sizes and rates
    """

    def __init__(self, features: Features, inputs: NodeInputs, config: GnnConfig) -> None:
        super().__init__()
        self.num_items = len(features.items)
        self.layers = config.layers if len(features.core_facts) else 0
        self.dropout = config.dropout
        self.nodes = NodeVectors(len(features.core), inputs, config)
        self.bias = torch.nn.Parameter(torch.zeros(self.num_items))
        self.layer_logits = torch.nn.Parameter(torch.zeros(self.layers + 1))
        self.adjacency = RelationalAdjacency(
            features.core_facts, len(features.core), len(features.relations)
        )
        if inputs.relations is not None:
            _start_gates(self.adjacency.gates, inputs.relations)

    def item_vectors(self) -> torch.Tensor:
        """Vectors of all items, shape ``(I, d)``."""
        vectors: torch.Tensor = self.nodes()
        weights = self.layer_logits.softmax(dim=0)
        total = weights[0] * vectors
        for layer in range(self.layers):
            vectors = self.adjacency(vectors)
            total = total + weights[layer + 1] * vectors
        return total[: self.num_items]

    def vectors(
        self, histories: csr_matrix, scale: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors of users and of all items; see :meth:`Encoder.vectors`."""
        vectors = self.item_vectors()
        known = torch.nn.functional.dropout(vectors, self.dropout, self.training)
        return product(histories, known) * scale, vectors

    def vectors_of(
        self, histories: csr_matrix, scale: torch.Tensor, items: npt.NDArray[np.int64]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The same of some items, from their neighbours alone; see :meth:`Encoder.vectors_of`."""
        vectors = self._vectors_at(items)
        known = torch.nn.functional.dropout(vectors, self.dropout, self.training)
        return product(csr_matrix(histories[:, items]), known) * scale, vectors

    def _vectors_at(self, nodes: npt.NDArray[np.int64]) -> torch.Tensor:
        """Rows of :meth:`item_vectors`, shape ``(m, d)``."""
        hops: list[Hop] = []
        sources = nodes
        for _ in range(self.layers):
            hops.append(self.adjacency.hop(sources))
            sources = hops[-1].sources

        def heard(all_of: npt.NDArray[np.int64], vectors: torch.Tensor) -> torch.Tensor:
            return vectors.index_select(0, torch.from_numpy(np.searchsorted(all_of, nodes)))

        weights = self.layer_logits.softmax(dim=0)
        vectors: torch.Tensor = self.nodes(at=torch.from_numpy(sources))
        total = weights[0] * heard(sources, vectors)
        for layer, hop in enumerate(reversed(hops), start=1):
            vectors = self.adjacency.along(hop, vectors)
            total = total + weights[layer] * heard(hop.nodes, vectors)
        return total

    def groups(self) -> tuple[ParameterGroup, ...]:
        """Those of the nodes; gates and layer weights move faster."""
        return (
            *self.nodes.groups(),
            ParameterGroup("bias", [self.bias]),
            ParameterGroup("shared", [self.layer_logits, self.adjacency.gates], rate=SHARED_RATE),
        )


@torch.no_grad()
def _start_gates(gates: torch.Tensor, texts: npt.NDArray[np.float32]) -> None:
    """Move gates a little from 1, those of relations whose texts are alike as far.

    :param texts: of the edge kinds; those of interactions come last and have no gate
    """
    steps = torch.randn(len(gates), 1) * _GATE_SPREAD
    start_from_texts(steps, texts[: len(gates)])
    gates.add_(steps[:, 0])
