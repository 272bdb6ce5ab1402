r"""TransR: in the space of a relation, a tail lies where the relation leads from the head.

.. math::
    g(h, r, t) = \|W_r e_h + e_r - W_r e_t\|^2, \qquad
    L = -\ln \sigma\big(g(h, r, t') - g(h, r, t)\big)

for a tail :math:`t'` by chance. Lin et al., AAAI 2015,
https://ojs.aaai.org/index.php/AAAI/article/view/9491; the loss is KGAT's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from kgrec.gnn.deep.catalog import Catalog
from kgrec.gnn.deep.histories import Histories

_BATCH = 8_192


class Drawn(NamedTuple):
    """Some triples with a false tail each, sorted by kind; int64, each of shape ``(B,)``."""

    heads: torch.Tensor
    kinds: torch.Tensor
    tails: torch.Tensor
    false: torch.Tensor


class Triples:
    """The facts and interactions of a graph in both directions, as triples.

    Nodes are the core nodes, then the users.
    """

    def __init__(self, catalog: Catalog, histories: Histories) -> None:
        self._catalog, self._histories = catalog, histories
        self._num_nodes = catalog.num_nodes + histories.edges.shape[0]
        self._num_facts, taken = len(catalog.kinds), len(histories.weights)
        self._size = self._num_facts + 2 * taken

    def draw(self, random: np.random.Generator) -> Drawn:
        """Draw a batch with replacement; all are as likely."""
        places = np.sort(random.integers(0, self._size, min(_BATCH, self._size)))
        facts, taken = np.split(places, [np.searchsorted(places, self._num_facts)])
        heads, kinds, tails = self._of_facts(torch.from_numpy(facts))
        more = self._of_interactions(torch.from_numpy(taken - self._num_facts))
        heads, kinds, tails = (
            torch.cat(pair) for pair in zip((heads, kinds, tails), more, strict=True)
        )
        order = kinds.argsort(stable=True)
        false = torch.from_numpy(random.integers(0, self._num_nodes, len(order)))
        return Drawn(heads[order], kinds[order], tails[order], false)

    def _of_facts(self, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        edges = self._catalog.edges
        return edges.rows[places], self._catalog.kinds[places], edges.columns[places]

    def _of_interactions(
        self, places: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        edges = self._histories.edges
        back = places >= len(edges.rows)
        at = places % max(len(edges.rows), 1)
        users, items = edges.rows[at] + self._catalog.num_nodes, edges.columns[at]
        of_items, of_users = self._catalog.of_items, self._catalog.of_users
        kinds = torch.where(back, of_users, of_items)
        return torch.where(back, items, users), kinds, torch.where(back, users, items)


def transr_loss(
    vectors: torch.Tensor, matrices: torch.Tensor, shifts: torch.Tensor, drawn: Drawn
) -> torch.Tensor:
    """Mean loss of drawn triples, a scalar.

    :param vectors: of all nodes, shape ``(n, d)``
    :param matrices: :math:`W_r`, shape ``(kinds, d, k)``
    :param shifts: :math:`e_r`, shape ``(kinds, k)``
    """
    heads = vectors[drawn.heads]
    true, false = heads - vectors[drawn.tails], heads - vectors[drawn.false]
    counts = torch.bincount(drawn.kinds, minlength=len(matrices)).tolist()
    total = vectors.new_zeros(())
    pairs = zip(torch.split(true, counts), torch.split(false, counts), strict=True)
    for kind, (near, far) in enumerate(pairs):
        if len(near):
            there = (near @ matrices[kind] + shifts[kind]).square().sum(dim=1)
            away = (far @ matrices[kind] + shifts[kind]).square().sum(dim=1)
            total = total + torch.nn.functional.softplus(there - away).sum()
    return total / max(len(heads), 1)
