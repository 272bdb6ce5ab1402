"""The user who asks: one who hears the history and whom nobody hears.

A user of the graph is heard by the items that were fitted on. The one who is recommended something
is computed from the history as it is now, which may be another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.explain.deep.whole import Indices, Pass, Whole
from kgrec.gnn.deep.histories import Histories
from kgrec.gnn.pattern import Pattern
from kgrec.gnn.training.losses import history_scale


@dataclass(frozen=True, eq=False)
class Asked:
    """One user's history as messages.

    :ivar node: the same user in the graph that was fitted on; -1: not there
    :ivar items: of the history, sorted, shape ``(h,)``
    :ivar ids: of the interactions, shape ``(h,)``; those that were not fitted on come after all
        edges of the graph
    :ivar values: how much is heard from each item in each layer, shape ``(h,)``
    :ivar means: how much of each item is in the user's first vector, shape ``(h,)``
    :ivar scale: of the score
    """

    whole: Whole
    node: int
    items: Indices
    ids: Indices
    values: torch.Tensor
    means: torch.Tensor
    scale: float

    @staticmethod
    @torch.no_grad()
    def of(whole: Whole, history: csr_matrix, user: int | None) -> Asked:
        """Let a user ask.

        :param history: shape ``(1, I)``
        :param user: the index of the same user in the graph that was fitted on
        """
        model, known = whole.model, Histories(history)
        items = known.edges.columns.numpy()
        first = model.layers[0]
        shares = torch.zeros(len(items))
        if model.side.layers:
            shares = model.side.shares(known, known.mean(first), first)
        scale = float(known.sums * history_scale(history, model.history_power))
        ids = _ids(whole, items, user)
        node = -1 if user is None else whole.num_core + user
        return Asked(whole, node, items, ids, shares, known.shares_of_items, scale)

    @cached_property
    def states(self) -> Pass:
        """Of the user alone, with all edges."""
        return self.through(self.whole.states, None)

    def through(self, others: Pass, kept: torch.Tensor | None) -> Pass:
        """Go through all layers with this one user.

        :param others: of all nodes
        :param kept: how much of each interaction is left, shape ``(h,)``; ``None``: all
        """
        side, messages = self.whole.model.side, self.whole.model.network.messages
        edges = Pattern(np.zeros_like(self.items), self.items, (1, self.whole.size))
        kinds = torch.full((len(self.items),), self.whole.of_items)
        left = 1.0 if kept is None else kept
        passed = Pass([edges.product(self.means * left, others.nodes[0])], [])
        for layer in range(side.layers):
            values = self.values * left
            passed.heard.append(messages.heard(layer, edges, kinds, values, others.nodes[layer]))
            passed.nodes.append(side.step(layer, passed.nodes[-1], passed.heard[-1]))
        return passed

    @torch.no_grad()
    def score(self, item: int, removed: Indices | None = None) -> float:
        """The score without the popularity, by way of the whole network.

        :param item: its index
        :param removed: ids of edges to take away; ``None``: none
        """
        others, user = self.whole.states, self.states
        if removed is not None and len(removed):
            kept = torch.ones(self.whole.num_edges + len(self.items))
            kept[torch.from_numpy(removed)] = 0.0
            others = self.whole.through(kept)
            user = self.through(others, kept[torch.from_numpy(self.ids)])
        join = self.whole.model.side.join
        vector = join([each[item : item + 1] for each in others.nodes])
        return float(self.scale * (join(user.nodes) * vector).sum())


def _ids(whole: Whole, items: Indices, user: int | None) -> Indices:
    ids = whole.num_edges + np.arange(len(items))
    if user is not None:
        start, stop = whole.histories.indptr[user : user + 2]
        fitted = whole.histories.indices[start:stop].astype(np.int64)
        _, here, there = np.intersect1d(items, fitted, return_indices=True)
        ids[here] = whole.num_facts + start + there
    return ids
