r"""KGAT: attention along relations, and a bi-interaction of a node with what it hears.

.. math::
    m_h = \sum_{(h, r, t)} a_{hrt}\, e_t^{(l)}, \qquad
    e_h^{(l+1)} = \mathrm{LeakyReLU}\big(W_1 (e_h + m_h) + b_1\big)
        + \mathrm{LeakyReLU}\big(W_2 (e_h \odot m_h) + b_2\big)

with the attention of :mod:`kgrec.gnn.deep.attention` over the facts and interactions of a node
together. A node's final vector is :math:`e^{(0)}` beside the :math:`e^{(l)}`, each of length 1.
Wang et al., "KGAT: Knowledge Graph Attention Network for Recommendation", KDD 2019,
https://arxiv.org/abs/1905.07854; the authors' code:
https://github.com/xiangwangcn/knowledge_graph_attention_network.

As in the authors' code the attention has no gradient: its matrices learn from the TransR loss
(:mod:`kgrec.gnn.deep.transr`), which is trained in turn with the recommendation. They refresh the
attention once for an epoch; here it is cheap enough to be fresh in each step.
"""

# ruff: noqa: ARG002 (what one network passes over, the other needs)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.deep.attention import Relation, agreement, normalise
from kgrec.gnn.deep.catalog import Catalog
from kgrec.gnn.deep.encoder import DeepEncoder, Weights
from kgrec.gnn.deep.histories import Histories
from kgrec.gnn.deep.messages import KgatMessages
from kgrec.gnn.deep.side import Side, by_layer, by_name
from kgrec.gnn.deep.transr import Triples, transr_loss
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.pattern import Pattern
from kgrec.gnn.training.relations import start_from_texts

_SLOPE = 0.2  # that of TensorFlow, with which the authors measured


class _Layer(NamedTuple):
    """Matrices and biases of the sum and of the product."""

    of_sum: torch.Tensor
    sum_bias: torch.Tensor
    of_product: torch.Tensor
    product_bias: torch.Tensor


@dataclass(frozen=True, eq=False)
class KgatSide(Side):
    """What users need of a KGAT.

    :ivar matrix: :math:`W_r` of what users took, shape ``(d, k)``
    :ivar shift: :math:`e_r` of the same, shape ``(k,)``
    """

    weights: tuple[_Layer, ...]
    matrix: torch.Tensor
    shift: torch.Tensor

    @property
    def layers(self) -> int:
        """How many."""
        return len(self.weights)

    @torch.no_grad()
    def shares(
        self, histories: Histories, users: torch.Tensor, items: torch.Tensor
    ) -> torch.Tensor:
        """Attention over the history; see :meth:`Side.shares`."""
        edges = histories.edges
        logits = agreement(edges, users, items, self.matrix, self.shift)
        return normalise(logits, edges.rows, edges.shape[0], histories.weights)

    def message(self, layer: int, heard: torch.Tensor) -> torch.Tensor:
        """Unchanged."""
        return heard

    def step(self, layer: int, nodes: torch.Tensor, message: torch.Tensor) -> torch.Tensor:
        """The bi-interaction."""
        weights = self.weights[layer]
        of_sum = (nodes + message) @ weights.of_sum + weights.sum_bias
        of_product = (nodes * message) @ weights.of_product + weights.product_bias
        activate = torch.nn.functional.leaky_relu
        return activate(of_sum, _SLOPE) + activate(of_product, _SLOPE)

    def join(self, states: Sequence[torch.Tensor]) -> torch.Tensor:
        """Those of all layers side by side; after each layer they have length 1."""
        layers = [torch.nn.functional.normalize(each, dim=1) for each in states[1:]]
        return torch.cat([states[0], *layers], dim=1)

    def tensors(self) -> dict[str, torch.Tensor]:
        """All weights by name."""
        layers = by_name([each._asdict() for each in self.weights])
        return {**layers, "matrix": self.matrix, "shift": self.shift}

    @staticmethod
    def of_tensors(tensors: Mapping[str, torch.Tensor]) -> KgatSide:
        """The inverse of :meth:`tensors`.

        :raises KeyError: if a tensor is missing
        :raises TypeError: if a tensor of a layer is missing or too many
        """
        layers = tuple(_Layer(**each) for each in by_layer(tensors))
        return KgatSide(layers, tensors["matrix"], tensors["shift"])


class _BiInteraction(torch.nn.Module):
    """The parameters of one layer."""

    def __init__(self, width: int, next_width: int) -> None:
        super().__init__()
        self.of_sum = torch.nn.Parameter(torch.empty(width, next_width))
        self.of_product = torch.nn.Parameter(torch.empty(width, next_width))
        self.sum_bias = torch.nn.Parameter(torch.zeros(next_width))
        self.product_bias = torch.nn.Parameter(torch.zeros(next_width))
        torch.nn.init.xavier_uniform_(self.of_sum)
        torch.nn.init.xavier_uniform_(self.of_product)

    def weights(self) -> _Layer:
        """All of them."""
        return _Layer(self.of_sum, self.sum_bias, self.of_product, self.product_bias)


class KgatEncoder(DeepEncoder):
    """A KGAT whose users are made of their histories."""

    def __init__(
        self, features: Features, inputs: NodeInputs, config: GnnConfig, histories: csr_matrix
    ) -> None:
        super().__init__(features, inputs, config, histories)
        size, kinds = config.embedding_size, self.catalog.num_kinds
        self._relations = Relation.all_of(self.catalog)
        self._graph = Histories(histories)
        self._triples = Triples(self.catalog, self._graph)
        # The authors halve the width at each layer: 64, 32, 16.
        widths = [max(size >> layer, 2) for layer in range(config.layers + 1)]
        pairs = list(pairwise(widths))
        self.layers = torch.nn.ModuleList(_BiInteraction(*pair) for pair in pairs)
        self.matrices = torch.nn.Parameter(torch.empty(kinds, size, size))
        self.shifts = torch.nn.Parameter(torch.empty(kinds, size))
        for matrix in self.matrices:
            torch.nn.init.xavier_uniform_(matrix)
        torch.nn.init.xavier_uniform_(self.shifts)
        start_from_texts(self.shifts, inputs.relations)

    def side(self) -> KgatSide:
        """The weights that users go through, as they are now."""
        layers = tuple(each.weights() for each in self.layers if isinstance(each, _BiInteraction))
        of_items = self.catalog.of_items
        return KgatSide(layers, self.matrices[of_items], self.shifts[of_items])

    def messages(self) -> KgatMessages:
        """Nothing: neighbours are heard as they are."""
        return KgatMessages()

    @torch.no_grad()
    def weigh(self, histories: Histories, core: torch.Tensor, users: torch.Tensor) -> Weights:
        """Attention over all edges of a node; see :meth:`DeepEncoder.weigh`.

        Where the users are a part of those of the graph, each counts for more in the attention of
        an item, so that facts and users keep their balance.
        """
        items = core[: self.catalog.num_items]
        edges = histories.edges.transposed
        takers = torch.bincount(edges.rows, minlength=len(items)).clamp_min(1)
        counts = (self.takers.clamp_min(1) / takers)[edges.rows]
        counts = counts * histories.voices[histories.edges.order]
        of_users = self._agreement(self.catalog.of_users, edges, items, users)
        of_facts = self._of_facts(core)
        weights = normalise(
            torch.cat([of_facts, of_users]),
            torch.cat([self.catalog.edges.rows, edges.rows]),
            len(core),
            torch.cat([torch.ones_like(of_facts), counts]),
        )
        of_items = self.side().shares(histories, users, items)
        return Weights(weights[: len(of_facts)], weights[len(of_facts) :], of_items)

    def of_facts(
        self, layer: int, catalog: Catalog, weights: torch.Tensor, core: torch.Tensor
    ) -> torch.Tensor:
        """A sum by attention; see :meth:`DeepEncoder.of_facts`."""
        return catalog.edges.product(weights, core)

    def of_users(self, layer: int, heard: torch.Tensor) -> torch.Tensor:
        """Unchanged."""
        return heard

    def alternate(self, random: np.random.Generator) -> Iterator[torch.Tensor]:
        """The TransR loss on the graph; see :meth:`Encoder.alternate`."""
        while True:
            core = self.nodes()
            users = self._graph.mean(core[: self.catalog.num_items])
            drawn = self._triples.draw(random)
            yield transr_loss(torch.cat([core, users]), self.matrices, self.shifts, drawn)

    def _of_facts(self, core: torch.Tensor) -> torch.Tensor:
        logits = core.new_zeros(len(self.catalog.kinds))
        for each in self._relations:
            heads, tails = core[each.heads], core[each.tails]
            logits[each.places] = self._agreement(each.kind, each.edges, heads, tails)
        return logits

    def _agreement(
        self, kind: int, edges: Pattern, heads: torch.Tensor, tails: torch.Tensor
    ) -> torch.Tensor:
        return agreement(edges, heads, tails, self.matrices[kind], self.shifts[kind])
