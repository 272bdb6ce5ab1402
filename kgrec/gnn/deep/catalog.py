"""The facts of a catalog as edges, for networks that tell relations apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch

from kgrec.features import Features
from kgrec.gnn.pattern import Pattern

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Catalog:
    """The core nodes and, for each fact, an edge in either direction.

    A row of :attr:`edges` is the node that hears, a column the node that is heard. There are ``R``
    relations; edge kind ``r`` is relation ``r`` as the head hears of it, ``R + r`` as the tail
    does. Two more kinds are no facts: :attr:`of_users`, an item hears from the users who took it,
    and :attr:`of_items`, a user hears from the items of the history.

    :ivar edges: shape ``(N, N)``
    :ivar kinds: of each edge, int64, shape ``(E,)``
    :ivar num_items: the first nodes
    :ivar num_relations: ``R``
    """

    edges: Pattern
    kinds: torch.Tensor
    num_items: int
    num_relations: int

    @staticmethod
    def of(features: Features) -> Catalog:
        """Collect the facts between core nodes."""
        size, relations = len(features.core), len(features.relations)
        head, relation, tail = features.core_facts.T
        rows, columns = np.concatenate([head, tail]), np.concatenate([tail, head])
        kinds = np.concatenate([relation, relation + relations])
        order = np.lexsort((kinds, columns, rows))
        edges = Pattern(rows[order], columns[order], (size, size))
        return Catalog(edges, torch.from_numpy(kinds[order]), len(features.items), relations)

    @property
    def num_nodes(self) -> int:
        """Core nodes."""
        return self.edges.shape[1]

    @property
    def of_users(self) -> int:
        """The kind of the edges from users to items."""
        return 2 * self.num_relations

    @property
    def of_items(self) -> int:
        """The kind of the edges from items to users."""
        return 2 * self.num_relations + 1

    @property
    def num_kinds(self) -> int:
        """Facts in either direction, and the two of interactions."""
        return 2 * self.num_relations + 2

    @cached_property
    def of_items_only(self) -> Catalog:
        """The same with the edges to items alone, shape ``(I, N)``: all that a last layer needs."""
        end = int(self.edges.starts[self.num_items])
        rows, columns = self.edges.rows[:end].numpy(), self.edges.columns[:end].numpy()
        edges = Pattern(rows, columns, (self.num_items, self.edges.shape[1]))
        return Catalog(edges, self.kinds[:end], self.num_items, self.num_relations)

    @cached_property
    def shares(self) -> torch.Tensor:
        """One over the edges of the same kind at the same node, shape ``(E,)``."""
        groups = self.edges.rows.numpy() * self.num_kinds + self.kinds.numpy()
        _, places, counts = np.unique(groups, return_inverse=True, return_counts=True)
        return torch.from_numpy((1 / counts[places]).astype(np.float32))
