r"""The contrast that an encoder is adapted by: pairs of texts, and the loss that draws them near.

Of a batch of :math:`n` pairs each text is to be nearer to its partner than to the partners of the
others, both ways round:

.. math::
    \mathcal L = -\frac{1}{2n} \sum_i \left(
        \ln \frac{e^{x_i \cdot y_i / \tau}}{\sum_j e^{x_i \cdot y_j / \tau}} +
        \ln \frac{e^{x_i \cdot y_i / \tau}}{\sum_j e^{x_j \cdot y_i / \tau}} \right)

Sums leave out what is no negative: the same text, and a partner in another pair. Paper: van den
Oord et al., InfoNCE, 2018, https://arxiv.org/abs/1807.03748.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from kgrec.text.adapting.pairs import Pairs
from kgrec.text.encode import TransformerEncoder


class PairedTexts:
    """Tokens of the texts in pairs, and which texts are no negatives of one another.

    Texts are the same if their tokens are, however they are marked up or go on where they are cut.

    :param texts: ``N`` texts
    :param pairs: places in ``texts``, shape ``(P, 2)``
    :param max_tokens: texts are cut there
    :ivar tokens: by the place of the text
    """

    def __init__(
        self, encoder: TransformerEncoder, texts: Sequence[str], pairs: Pairs, max_tokens: int
    ) -> None:
        used = np.unique(pairs)
        tokens = encoder.tokens([texts[node] for node in used], max_tokens)
        self.tokens = dict(zip(used.tolist(), tokens, strict=True))
        numbers: dict[tuple[int, ...], int] = {}
        self._number = {
            node: numbers.setdefault(tuple(ids), len(numbers)) for node, ids in self.tokens.items()
        }
        self._known = {frozenset(map(self._number.__getitem__, pair)) for pair in pairs.tolist()}

    def no_negatives(self, first: list[int], second: list[int]) -> torch.Tensor:
        """Where the texts of two nodes are the same or a pair, shape ``(n, n)``; not the diagonal.

        :param first: nodes, ``n`` of them
        :param second: their partners
        """
        rows = [self._number[node] for node in first]
        columns = [self._number[node] for node in second]
        found = [
            [row == column or frozenset((row, column)) in self._known for column in columns]
            for row in rows
        ]
        return torch.tensor(found) & ~torch.eye(len(rows), dtype=torch.bool)


def contrastive_loss(
    first: torch.Tensor, second: torch.Tensor, no_negatives: torch.Tensor, temperature: float
) -> torch.Tensor:
    """InfoNCE with in-batch negatives, both ways round.

    :param first: unit vectors, shape ``(n, d)``
    :param second: those of their partners
    :param no_negatives: what sums leave out, bool, shape ``(n, n)``; false on the diagonal
    :param temperature: above 0
    """
    cosines = first.float() @ second.float().T / temperature
    cosines = cosines.masked_fill(no_negatives, -torch.inf)
    partner = torch.arange(len(first))
    return (cross_entropy(cosines, partner) + cross_entropy(cosines.T, partner)) / 2


def cuts(count: int, size: int) -> Iterator[slice]:
    """Parts of ``size``; a single last pair would have no negatives and joins the part before."""
    starts = list(range(0, count, size))
    if len(starts) > 1 and count - starts[-1] < 2:
        starts.pop()
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        yield slice(start, end)
