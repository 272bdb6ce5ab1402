"""The graph that a deep network was fitted on, as one list of messages.

Nodes are the core nodes, then the users. An *edge* is a fact or an interaction; it has an id, and
carries two messages, one in either direction. Taking an edge away silences both. What the other
messages count for (the mean of R-GCN, the attention of KGAT) stays as it was, as with the masks of
GNNExplainer (Ying et al., NeurIPS 2019, https://arxiv.org/abs/1903.03894).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from kgrec.errors import RunError
from kgrec.features import Features
from kgrec.gnn.deep.catalog import Catalog
from kgrec.gnn.deep.histories import Histories
from kgrec.gnn.deep.model import VectorModel
from kgrec.gnn.pattern import Pattern

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Hearing:
    """Who hears whom.

    :ivar edges: a row hears a column
    :ivar kinds: as in :class:`~kgrec.gnn.deep.catalog.Catalog`, shape ``(M,)``
    :ivar values: how much is heard in each layer, shape ``(M,)``
    :ivar means: how much of the column's vector is in that of the row before the first layer;
        above 0 for users alone, shape ``(M,)``
    :ivar ids: of the edges that carry the messages, shape ``(M,)``
    """

    edges: Pattern
    kinds: torch.Tensor
    values: torch.Tensor
    means: torch.Tensor
    ids: torch.Tensor


@dataclass(frozen=True, eq=False)
class Pass:
    """One pass through the layers.

    :ivar nodes: vectors before the first layer and after each, shapes ``(n, d_l)``
    :ivar heard: the sums of messages in each layer, shapes ``(n, d_l)``
    """

    nodes: list[torch.Tensor]
    heard: list[torch.Tensor]


@dataclass(frozen=True, eq=False)
class Whole:
    """A network on the graph that it was fitted on.

    :ivar num_core: core nodes, ``N``
    :ivar of_items: the kind of what users hear from items
    :ivar num_facts: ids of facts are below; then come the interactions, in the order of
        ``histories``
    :ivar hearing: all messages, sorted by row, then column
    :ivar histories: what the users had, binary, shape ``(U, I)``
    """

    model: VectorModel
    num_core: int
    of_items: int
    num_facts: int
    hearing: Hearing
    histories: csr_matrix

    @staticmethod
    @torch.no_grad()
    def of(model: VectorModel, features: Features, fitted_on: csr_matrix) -> Whole:
        """Put a network on its graph.

        :param features: the graph that it was fitted on, in its own numbers
        :param fitted_on: the interactions, binary, shape ``(U, I)``
        :raises RunError: if the network belongs to another graph
        """
        catalog, histories = Catalog.of(features), Histories(fitted_on)
        _check(model, catalog, histories)
        facts = _of_facts(model, catalog)
        num_facts = int(facts[-1].max(initial=-1)) + 1
        parts = [facts, *_of_interactions(model, catalog, histories, num_facts)]
        rows, columns, *rest = (np.concatenate(each) for each in zip(*parts, strict=True))
        order = np.lexsort((rest[0], columns, rows))
        size = catalog.num_nodes + fitted_on.shape[0]
        edges = Pattern(rows[order], columns[order], (size, size))
        hearing = Hearing(edges, *(torch.from_numpy(each[order]) for each in rest))
        return Whole(model, catalog.num_nodes, catalog.of_items, num_facts, hearing, fitted_on)

    @property
    def size(self) -> int:
        """Core nodes and users."""
        return self.hearing.edges.shape[0]

    @property
    def num_edges(self) -> int:
        """Facts and interactions."""
        return self.num_facts + int(self.histories.nnz)

    @cached_property
    def own(self) -> torch.Tensor:
        """What a node's vector before the first layer owes to no edge, shape ``(size, d)``."""
        core = torch.cat([self.model.layers[0], self.model.network.entities])
        return torch.nn.functional.pad(core, (0, 0, 0, self.size - len(core)))

    @cached_property
    def states(self) -> Pass:
        """With all edges."""
        return self.through(None)

    @torch.no_grad()
    def through(self, kept: torch.Tensor | None) -> Pass:
        """Go through all layers.

        :param kept: how much of each edge is left, 0–1, by id; ``None``: all
        """
        hearing, side = self.hearing, self.model.side
        left = 1.0 if kept is None else kept[hearing.ids]
        passed = Pass([self.own + hearing.edges.product(hearing.means * left, self.own)], [])
        for layer in range(side.layers):
            nodes, values = passed.nodes[-1], hearing.values * left
            heard = self.model.network.messages.heard(
                layer, hearing.edges, hearing.kinds, values, nodes
            )
            passed.heard.append(heard)
            passed.nodes.append(side.step(layer, nodes, heard))
        return passed

    @cached_property
    def partners(self) -> Indices:
        """The place of the message in the other direction along the same edge, shape ``(M,)``."""
        order = np.argsort(self.hearing.ids.numpy(), kind="stable")
        partners = np.empty_like(order)
        partners[order] = order.reshape(-1, 2)[:, ::-1].ravel()
        return partners

    @cached_property
    def degrees(self) -> Indices:
        """Edges at each node, shape ``(size,)``."""
        return np.diff(self.hearing.edges.starts)

    def heard_by(self, nodes: Indices) -> Indices:
        """Places of all messages to some nodes, node by node."""
        starts, counts = self.hearing.edges.starts[nodes], self.degrees[nodes]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.asarray(np.repeat(starts, counts) + within)

    def neighbours(self, node: int) -> Indices:
        """Those whom a node hears, sorted, each once."""
        places = self.heard_by(np.array([node]))
        return np.unique(self.hearing.edges.columns.numpy()[places])


def _check(model: VectorModel, catalog: Catalog, histories: Histories) -> None:
    network, layers = model.network, model.side.layers
    facts, taken = (len(catalog.kinds), len(histories.weights)) if layers else (0, 0)
    found = (len(network.entities) + model.num_items, len(network.of_facts), len(network.of_users))
    if found != (catalog.num_nodes, facts, taken):
        raise RunError("The model does not belong to the graph beside it; train again.")


Part = tuple[npt.NDArray[np.float32] | Indices, ...]


def _of_facts(model: VectorModel, catalog: Catalog) -> Part:
    """Rows, columns, kinds, values, means and ids."""
    rows, columns, kinds = (
        each.numpy() for each in (catalog.edges.rows, catalog.edges.columns, catalog.kinds)
    )
    forward = kinds < catalog.num_relations
    head, tail = np.where(forward, rows, columns), np.where(forward, columns, rows)
    facts = np.column_stack([head, np.where(forward, kinds, kinds - catalog.num_relations), tail])
    ids = np.unique(facts, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    nothing = np.zeros(len(rows), dtype=np.float32)
    values = model.network.of_facts.numpy() if model.side.layers else nothing
    return rows, columns, kinds, values, nothing, ids


def _of_interactions(
    model: VectorModel, catalog: Catalog, histories: Histories, num_facts: int
) -> tuple[Part, Part]:
    """The same, as items hear them and as users do."""
    edges, items = histories.edges, model.layers[0]
    back, order = edges.transposed, edges.order.numpy()
    taken = np.arange(len(order))
    nothing = np.zeros(len(order), dtype=np.float32)
    layers = model.side.layers
    users = histories.mean(items)
    shares = model.side.shares(histories, users, items).numpy() if layers else nothing
    of_users = (
        back.rows.numpy(),
        back.columns.numpy() + catalog.num_nodes,
        np.full(len(order), catalog.of_users),
        model.network.of_users.numpy() if layers else nothing,
        nothing,
        num_facts + order,
    )
    of_items = (
        edges.rows.numpy() + catalog.num_nodes,
        edges.columns.numpy(),
        np.full(len(order), catalog.of_items),
        shares,
        histories.shares_of_items.numpy(),
        num_facts + taken,
    )
    return of_users, of_items
