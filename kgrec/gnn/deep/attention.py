r"""Attention along relations.

.. math::
    \pi(h, r, t) = (W_r e_t)^\top \tanh(W_r e_h + e_r), \qquad
    a_{hrt} = \frac{\exp \pi(h, r, t)}{\sum_{(h, r', t')} \exp \pi(h, r', t')}

A node turns each of its neighbours over once for a relation, so most of the work is done for nodes
and not for edges, and no vector is held for an edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from kgrec.gnn.deep.catalog import Catalog
from kgrec.gnn.pattern import Pattern


@dataclass(frozen=True, eq=False)
class Relation:
    """The edges of one kind, between the nodes that have any.

    :ivar kind: of the edges
    :ivar places: of the edges in the catalog
    :ivar heads: nodes that hear, sorted
    :ivar tails: nodes that are heard, sorted
    :ivar edges: between places in ``heads`` and ``tails``
    """

    kind: int
    places: torch.Tensor
    heads: torch.Tensor
    tails: torch.Tensor
    edges: Pattern

    @staticmethod
    def all_of(catalog: Catalog) -> tuple[Relation, ...]:
        """The relations of a catalog that have edges."""
        order = torch.argsort(catalog.kinds, stable=True)
        counts = torch.bincount(catalog.kinds, minlength=catalog.num_kinds).tolist()
        return tuple(
            Relation._of(catalog, kind, places)
            for kind, places in enumerate(torch.split(order, counts))
            if len(places)
        )

    @staticmethod
    def _of(catalog: Catalog, kind: int, places: torch.Tensor) -> Relation:
        rows, columns = catalog.edges.rows[places].numpy(), catalog.edges.columns[places].numpy()
        heads, row_places = np.unique(rows, return_inverse=True)
        tails, column_places = np.unique(columns, return_inverse=True)
        edges = Pattern(row_places, column_places, (len(heads), len(tails)))
        return Relation(kind, places, torch.from_numpy(heads), torch.from_numpy(tails), edges)


def agreement(
    edges: Pattern,
    heads: torch.Tensor,
    tails: torch.Tensor,
    matrix: torch.Tensor,
    shift: torch.Tensor,
) -> torch.Tensor:
    """:math:`\\pi` of each edge, shape ``(E,)``.

    :param heads: vectors of the rows, shape ``(rows, d)``
    :param tails: vectors of the columns, shape ``(columns, d)``
    :param matrix: :math:`W_r`, shape ``(d, k)``
    :param shift: :math:`e_r`, shape ``(k,)``
    """
    return edges.dots((heads @ matrix + shift).tanh(), tails @ matrix)


def normalise(
    logits: torch.Tensor, groups: torch.Tensor, size: int, counts: torch.Tensor | None = None
) -> torch.Tensor:
    """Softmax within groups, shape ``(E,)``.

    :param logits: shape ``(E,)``
    :param groups: the group of each, int64, shape ``(E,)``
    :param size: number of groups
    :param counts: how often each edge counts, above 0; ``None``: once
    """
    highest = torch.full((size,), -torch.inf).scatter_reduce_(0, groups, logits, "amax")
    parts = (logits - highest[groups]).exp()
    parts = parts if counts is None else parts * counts
    return parts / torch.zeros(size).index_add_(0, groups, parts)[groups].clamp_min(1e-30)
