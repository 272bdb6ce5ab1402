"""Which paths rest on a fact that only a text states.

With ``graph.extracted = train`` such facts are learned from, but no explanation rests on them: the
shares of these paths go to ``rest["extracted"]``, and all parts still sum to the score. What people
make of a fact (:mod:`kgrec.explain.tastes`) is a sum over all items that have it; it counts as
resting on a text as soon as one of these has it from a text alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.explain.groups import Groups
from kgrec.features import Features
from kgrec.gnn.linear.hubs import FactHubs

Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]


class OnlyText:
    """Tells hubs apart by where their facts come from.

    :param hubs: the hubs of ``features``
    :param features: with :attr:`~kgrec.features.Features.only_text`
    """

    def __init__(self, hubs: FactHubs, features: Features) -> None:
        self.members = _members(hubs, features)
        self._touched = np.asarray(self.members.sum(axis=0)).ravel() > 0

    def __bool__(self) -> bool:
        return bool(self.members.nnz)

    def of(self, groups: Groups, target: int) -> Mask:
        """Whether each group rests on such a fact, shape ``(len(groups),)``.

        :param target: the item that is explained
        """
        facts = ~groups.is_user
        hubs, starts = groups.hub[facts], groups.start[facts]
        last = self._has(np.full(len(hubs), target), hubs)
        first = self._has(np.maximum(starts, 0), hubs) & (starts >= 0)
        found = np.zeros(len(groups), dtype=bool)
        found[facts] = last | first | (self._touched[hubs] & (groups.taste[facts] >= 0))
        return found

    def has(self, item: int, hub: int) -> bool:
        """Whether only a text attaches an item to a hub."""
        return bool(self._has(np.array([item]), np.array([hub]))[0])

    def _has(self, items: Indices, hubs: Indices) -> Mask:
        if not len(items):
            return np.zeros(0, dtype=bool)
        return np.asarray(self.members[items, hubs]).ravel() > 0


def _members(hubs: FactHubs, features: Features) -> csr_matrix:
    """Which item only a text attaches to which hub, binary, shape ``(I, H)``."""
    shape = hubs.members.shape
    if features.only_text is None:
        return csr_matrix(shape, dtype=np.float32)
    num_items = len(features.items)
    head, relation, tail = features.facts[features.only_text].T
    forward, backward = head < num_items, tail < num_items
    items = np.concatenate([head[forward], tail[backward]])
    nodes = np.concatenate([tail[forward], head[backward]])
    roles = np.concatenate([relation[forward] * 2, relation[backward] * 2 + 1])
    wanted = roles * features.num_nodes + nodes
    known = np.array([number * 2 + (not along) for number, along in hubs.relations], dtype=np.int64)
    names = known[hubs.roles] * features.num_nodes + hubs.nodes
    order = np.argsort(names)
    places = np.searchsorted(names[order], wanted)
    there = places < len(names)
    there[there] = names[order[places[there]]] == wanted[there]
    columns = order[places[there]]
    ones = np.ones(len(columns), dtype=np.float32)
    return csr_matrix((ones, (items[there], columns)), shape=shape)
