"""What a node makes of its neighbours, for edges of all kinds at once.

In training (:mod:`kgrec.gnn.deep.encoder`) facts, users and histories go through separately, since
that is fast. Explanations weaken single edges instead, whatever their kind; these are the same
sums over one list of edges.
"""

# ruff: noqa: ARG002 (what one network passes over, the other needs)
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from kgrec.gnn.deep.side import by_layer, by_name
from kgrec.gnn.pattern import Pattern


class Messages(ABC):
    """The weights of the edges, layer by layer."""

    @abstractmethod
    def heard(
        self,
        layer: int,
        edges: Pattern,
        kinds: torch.Tensor,
        values: torch.Tensor,
        nodes: torch.Tensor,
    ) -> torch.Tensor:
        """The sum of the messages at each node, shape ``(rows, d)``; may have gradients.

        :param edges: a row hears a column
        :param kinds: of the edges, as in :class:`~kgrec.gnn.deep.catalog.Catalog`, shape ``(E,)``
        :param values: how much is heard along each, shape ``(E,)``
        :param nodes: vectors before the layer, shape ``(columns, d)``
        """

    @abstractmethod
    def tensors(self) -> dict[str, torch.Tensor]:
        """All weights by name."""


@dataclass(frozen=True, eq=False)
class RgcnMessages(Messages):
    """:math:`W_r x_t`, a matrix for each kind.

    :ivar parts: of each layer, how much each basis counts for a kind, shapes ``(kinds, B)``
    :ivar bases: of each layer, shapes ``(B, d, d)``
    """

    parts: tuple[torch.Tensor, ...]
    bases: tuple[torch.Tensor, ...]

    def heard(
        self,
        layer: int,
        edges: Pattern,
        kinds: torch.Tensor,
        values: torch.Tensor,
        nodes: torch.Tensor,
    ) -> torch.Tensor:
        """A sum over bases; see :meth:`Messages.heard`."""
        total = nodes.new_zeros(edges.shape[0], nodes.shape[1])
        for part, basis in zip(self.parts[layer].T, self.bases[layer], strict=True):
            total = total + edges.product(values * part[kinds], nodes) @ basis
        return total

    def tensors(self) -> dict[str, torch.Tensor]:
        """All weights by name."""
        layers = zip(self.parts, self.bases, strict=True)
        return by_name([{"parts": parts, "bases": bases} for parts, bases in layers])

    @staticmethod
    def of_tensors(tensors: Mapping[str, torch.Tensor]) -> RgcnMessages:
        """The inverse of :meth:`tensors`.

        :raises KeyError: if a tensor is missing
        """
        layers = by_layer(tensors)
        parts, bases = (tuple(each[name] for each in layers) for name in ("parts", "bases"))
        return RgcnMessages(parts, bases)


@dataclass(frozen=True, eq=False)
class KgatMessages(Messages):
    """Neighbours as they are; the attention is in the values."""

    def heard(
        self,
        layer: int,
        edges: Pattern,
        kinds: torch.Tensor,
        values: torch.Tensor,
        nodes: torch.Tensor,
    ) -> torch.Tensor:
        """One sum; see :meth:`Messages.heard`."""
        return edges.product(values, nodes)

    def tensors(self) -> dict[str, torch.Tensor]:
        """None."""
        return {}
