r"""Losses on pairs: each hidden item :math:`i` against an item :math:`j` that the user lacks.

BPR asks for the right order, BCE for the right answer on each of the two (:math:`\sigma` is the
logistic function, :math:`w_u = 1/\sqrt{|P_u|}` as in :mod:`kgrec.gnn.training.softmax`):

.. math::
    L_{BPR} = -\frac{\sum w_u \log \sigma(s_{ui} - s_{uj})}{\sum w_u}, \qquad
    L_{BCE} = -\frac{\sum w_u \left(\log \sigma(s_{ui}) + \log \sigma(-s_{uj})\right)}{2 \sum w_u}

Rendle et al., UAI 2009, https://arxiv.org/abs/1205.2618; He et al., WWW 2017 ("NCF"),
https://arxiv.org/abs/1708.05031.
"""

from __future__ import annotations

import torch
from torch.nn.functional import logsigmoid

from kgrec.gnn.training.negatives import Rivals
from kgrec.gnn.training.pairs import pair_scores
from kgrec.gnn.training.task import Split


def bpr(
    users: torch.Tensor, items: torch.Tensor, bias: torch.Tensor, split: Split, rivals: Rivals
) -> torch.Tensor:
    """Bayesian personalised ranking.

    :param users: vectors, shape ``(n, d)``
    :param items: vectors of all items, shape ``(I, d)``
    :param bias: shape ``(I,)``
    :param split: what is shown and hidden of these users
    :param rivals: the pairs
    :return: a scalar; 0 without pairs
    """
    hidden = pair_scores(users, items, bias, rivals.hidden)
    others = pair_scores(users, items, bias, rivals.others)
    return _mean(-logsigmoid(hidden - others), split, rivals)


def bce(
    users: torch.Tensor, items: torch.Tensor, bias: torch.Tensor, split: Split, rivals: Rivals
) -> torch.Tensor:
    """Binary cross-entropy; arguments as of :func:`bpr`."""
    hidden = pair_scores(users, items, bias, rivals.hidden)
    others = pair_scores(users, items, bias, rivals.others)
    return _mean(-(logsigmoid(hidden) + logsigmoid(-others)) / 2, split, rivals)


def _mean(losses: torch.Tensor, split: Split, rivals: Rivals) -> torch.Tensor:
    weights = split.weights.to(losses.dtype)[rivals.hidden.rows]
    return (losses * weights).sum() / weights.sum().clamp_min(1e-12)
