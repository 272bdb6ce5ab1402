"""Hubs: whatever two items can have in common, a user or a node of the catalog.

A walk ``item — hub — item`` is the unit of the model and of its explanations. Two films share a
director through the hub (directed_by, John Lasseter), and a viewer through the hub of that viewer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.features import Features


@dataclass(frozen=True, eq=False)
class FactHubs:
    """The catalog's hubs as columns.

    A node that plays several roles (the director also acts) is one hub for each role. A fact
    between two items makes each end a hub that the other is attached to, so that a direct fact
    (a film and its sequel) is a walk, too.

    :ivar members: which item is attached to which hub, binary, float32, shape ``(I, H)``; every
        hub has two items at least
    :ivar nodes: the node of each hub, int64, shape ``(H,)``
    :ivar roles: the role of each hub, an index into ``relations``, int64, shape ``(H,)``
    :ivar relations: relation index and direction of each role; forward: the item is the head
    """

    members: csr_matrix
    nodes: npt.NDArray[np.int64]
    roles: npt.NDArray[np.int64]
    relations: tuple[tuple[int, bool], ...]

    @staticmethod
    def of(features: Features) -> FactHubs:
        """Collect the hubs of all facts about items."""
        items, num_items = len(features.items), len(features.items)
        head, relation, tail = features.facts.T
        forward = head < items
        backward = tail < items
        ends = np.concatenate([head[forward], tail[backward]])
        hubs = np.concatenate([tail[forward], head[backward]])
        roles = np.concatenate([relation[forward] * 2, relation[backward] * 2 + 1])
        own = np.unique(np.column_stack([hubs, roles])[hubs < items], axis=0)
        ends = np.concatenate([ends, own[:, 0]])
        hubs = np.concatenate([hubs, own[:, 0]])
        roles = np.concatenate([roles, own[:, 1]])
        return _columns(ends, hubs, roles, num_items, features.num_nodes)


def _columns(
    ends: npt.NDArray[np.int64],
    hubs: npt.NDArray[np.int64],
    roles: npt.NDArray[np.int64],
    num_items: int,
    num_nodes: int,
) -> FactHubs:
    names, columns = np.unique(roles * num_nodes + hubs, return_inverse=True)
    members = csr_matrix(
        (np.ones(len(ends), dtype=np.float32), (ends, columns)), shape=(num_items, len(names))
    )
    members.data[:] = 1.0
    shared = np.flatnonzero(np.asarray(members.sum(axis=0)).ravel() > 1)
    used, places = np.unique(names[shared] // num_nodes, return_inverse=True)
    return FactHubs(
        members=csr_matrix(members[:, shared]),
        nodes=names[shared] % num_nodes,
        roles=places.astype(np.int64),
        relations=tuple((role // 2, role % 2 == 0) for role in used.tolist()),
    )
