r"""Sampled softmax: the full softmax with its sum over all items estimated from a few.

.. math::
    L = -\frac{1}{\sum_u \sqrt{|P_u|}} \sum_u \frac{1}{\sqrt{|P_u|}} \sum_{i \in P_u}
        \left(s_{ui} - \log \hat Z_u\right), \qquad
    \hat Z_u = \sum_{j \in P_u} e^{s_{uj}} +
        \sum_{j \in S \setminus (H_u \cup P_u)} e^{s_{uj} - \log \mathrm{E}[n_j] + \log n_j}

All users of a batch share the sample :math:`S`, drawn :math:`m` times with replacement from
:math:`Q`: item :math:`j` came :math:`n_j` times, where :math:`\mathrm{E}[n_j] = m Q_j` was to be
expected. Taking off the logarithm of that ("logQ") makes :math:`\hat Z_u` right on average (Bengio
& Senécal, IEEE Trans. Neural Networks 2008; for a batch that shares its sample: Yi et al., RecSys
2019, https://doi.org/10.1145/3298689.3346996). The hidden items of a user enter exactly and are
therefore masked in the sample ("accidental hits"), as are those shown. With every item in the
sample once, this *is* the full softmax, and its gradient comes nearer to that as :math:`m` grows.

Memory and time are :math:`O(n m + \sum_u |P_u|)`; a matrix of users by items is never made.
"""

from __future__ import annotations

import torch

from kgrec.gnn.training.negatives import Sample
from kgrec.gnn.training.pairs import Pairs, pair_scores
from kgrec.gnn.training.task import Split, places


def sampled_softmax(
    users: torch.Tensor, items: torch.Tensor, bias: torch.Tensor, split: Split, sample: Sample
) -> torch.Tensor:
    """Cross-entropy of the hidden items against a sample.

    :param users: vectors, shape ``(n, d)``
    :param items: vectors of all items, shape ``(I, d)``
    :param bias: shape ``(I,)``
    :param split: what is shown and hidden of these users
    :param sample: ``m`` different items
    :return: a scalar
    """
    pairs = Pairs.of(split.hidden)
    rows = pairs.rows
    hidden = pair_scores(users, items, bias, pairs)
    shift = bias.index_select(0, sample.items) + sample.log_weights.to(bias.dtype)
    drawn = (users @ items.index_select(0, sample.items).T).to(bias.dtype) + shift
    hits = places(split.known[:, sample.items.numpy()])
    drawn = drawn.index_put(hits, bias.new_tensor(-torch.inf))
    sums = _log_sums(hidden, rows, drawn)
    weights = split.weights.to(bias.dtype)[rows]
    return -((hidden - sums.index_select(0, rows)) * weights).sum() / weights.sum().clamp_min(1e-12)


def _log_sums(hidden: torch.Tensor, rows: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
    """Logarithm of the sum over the hidden scores of a user and all of a row, shape ``(n,)``."""
    with torch.no_grad():
        tops = drawn.new_full((len(drawn),), -torch.inf)
        tops = tops.scatter_reduce(0, rows, hidden, "amax")
        tops = torch.maximum(tops, drawn.amax(dim=1)) if drawn.shape[1] else tops
    sums = (drawn - tops[:, None]).exp().sum(dim=1)
    return tops + sums.index_add(0, rows, (hidden - tops[rows]).exp()).log()
