r"""Full softmax: the hidden items against all items that are not shown.

.. math::
    L = -\frac{1}{\sum_u \sqrt{|P_u|}} \sum_u \frac{1}{\sqrt{|P_u|}} \sum_{i \in P_u}
        \log \frac{\exp s_{ui}}{\sum_{j \notin H_u} \exp s_{uj}},
    \qquad s_{ui} = x_u \cdot z_i + b_i

:math:`H_u` are the items shown of user :math:`u` and :math:`P_u` those hidden. This is the
multinomial likelihood of Mult-VAE (Liang et al., WWW 2018, https://arxiv.org/abs/1802.05814) with
the square root in between one vote for each user and one for each interaction.

The gradient is known in closed form, :math:`\partial L / \partial s_{uj} \propto
\sqrt{|P_u|}\, p_{uj} - [j \in P_u] / \sqrt{|P_u|}`, so scores live for some users at a time
only: each chunk is scored, turned into its gradient in place and multiplied with the vectors at
once, as in fused linear cross-entropy (Hsu et al. 2024, https://arxiv.org/abs/2410.10989). Nothing
is computed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from scipy.sparse import csr_matrix

from kgrec.gnn.training.task import Split, places

MOST_SCORES = 2**22
"""Scores held at a time (16 MB)."""


def full_softmax(
    users: torch.Tensor,
    items: torch.Tensor,
    bias: torch.Tensor,
    split: Split,
    most: int = MOST_SCORES,
) -> torch.Tensor:
    """Cross-entropy of the hidden items in a softmax over all items that are not shown.

    :param users: vectors, shape ``(n, d)``
    :param items: vectors of all items, shape ``(I, d)``
    :param bias: shape ``(I,)``
    :param split: what is shown and hidden of these users
    :param most: scores in memory at a time; one user's row at least
    :return: a scalar, which can be differentiated once
    """
    learns = torch.is_grad_enabled() and any(part.requires_grad for part in (users, items, bias))
    loss: torch.Tensor = _FullSoftmax.apply(users, items, bias, split, most, learns)  # type: ignore[no-untyped-call]
    return loss


@dataclass(frozen=True, eq=False)
class _Vectors:
    """Vectors, and room for the gradients that chunks add to."""

    users: torch.Tensor
    items: torch.Tensor
    bias: torch.Tensor

    def scores(self, start: int, stop: int, shown: csr_matrix) -> torch.Tensor:
        # Under autocast the product may be bfloat16; what follows needs more.
        product = (self.users[start:stop] @ self.items.T).to(self.bias.dtype)
        scores = product.add_(self.bias)
        scores[places(shown)] = -torch.inf
        return scores

    def zeros(self) -> _Vectors:
        return _Vectors(*(torch.zeros_like(part) for part in (self.users, self.items, self.bias)))

    def add(self, start: int, stop: int, of_scores: torch.Tensor, vectors: _Vectors) -> None:
        self.users[start:stop] = of_scores @ vectors.items
        self.items.add_(of_scores.T @ vectors.users[start:stop])
        self.bias.add_(of_scores.sum(dim=0))


class _FullSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        users: torch.Tensor,
        items: torch.Tensor,
        bias: torch.Tensor,
        split: Split,
        most: int,
        learns: bool,
    ) -> torch.Tensor:
        vectors = _Vectors(users, items, bias)
        gradients = vectors.zeros() if learns else None
        weights = split.weights.to(bias.dtype)
        total = weights[places(split.hidden)[0]].sum()
        step = max(1, most // max(1, len(bias)))
        parts = [
            _chunk(vectors, gradients, split, weights, total, start, min(start + step, len(users)))
            for start in range(0, len(users), step)
        ]
        if gradients is not None:
            ctx.save_for_backward(gradients.users, gradients.items, gradients.bias)
        return -torch.cat(parts).sum() / total if parts else bias.new_zeros(())

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        return (*(gradient * part for part in ctx.saved_tensors), None, None, None)


def _chunk(
    vectors: _Vectors,
    gradients: _Vectors | None,
    split: Split,
    weights: torch.Tensor,
    total: torch.Tensor,
    start: int,
    stop: int,
) -> torch.Tensor:
    """Weighted log-probabilities of hidden items; adds to the gradients."""
    scores = vectors.scores(start, stop, _rows(split.shown, start, stop))
    rows, columns = places(_rows(split.hidden, start, stop))
    of_pairs = weights[start:stop][rows]
    chosen, tops = scores[rows, columns], scores.amax(dim=1)
    # In place: the scores become the softmax, and then the gradient.
    sums = scores.sub_(tops[:, None]).exp_().sum(dim=1)
    logs = (chosen - (tops + sums.log())[rows]) * of_pairs
    if gradients is not None:
        masses = torch.zeros_like(sums).index_add_(0, rows, of_pairs) / total
        scores.mul_((masses / sums)[:, None])
        scores[rows, columns] -= of_pairs / total
        gradients.add(start, stop, scores, vectors)
    return logs


def _rows(matrix: csr_matrix, start: int, stop: int) -> csr_matrix:
    whole = start == 0 and stop == matrix.shape[0]
    return matrix if whole else csr_matrix(matrix[start:stop])
