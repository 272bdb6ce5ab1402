r"""PaGE-Link: learn which edges a prediction needs, and let them be paths.

.. math:: L = -\ln \sigma\big(F(m)\big) - \frac{1}{|P|}\sum_{e \in P} m_e
    + \frac{1}{|\bar P|}\sum_{e \notin P} m_e, \qquad m = \sigma(\theta)

:math:`P` are the edges of the five best paths by the mask. Zhang et al., "PaGE-Link: Path-based
Graph Neural Network Explanation for Heterogeneous Link Prediction", WWW 2023,
https://arxiv.org/abs/2302.12465; the authors' code:
https://github.com/amazon-science/page-link-path-based-gnn-explanation.

Three things are not as there, for that was measured to find what a score rests on no better than
chance (ml-100k, deletion of three paths):

- a score to rank by has no natural zero, as the logit of a link has: :math:`F` is measured from the
  middle between the scores without and with all edges, in eighths of their distance;
- paths are compared by the geometric mean of their mask; the degrees of their nodes would outweigh
  the mask;
- plain gradient descent takes the place of Adam, which moves all edges by the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from kgrec.explain.deep.routes import Floats, Routes

EPOCHS = 12
_PATHS = 5
_SHARPNESS = 8.0


def learn_mask(
    function: Callable[[torch.Tensor], torch.Tensor], routes: Routes, size: int, seed: int
) -> Floats:
    """Learn which edges are needed: the logits of the mask, shape ``(K,)``.

    :param function: the score as a function of how much is left of each edge
    :param routes: from the user to the item, at least one
    :param size: edges, ``K``
    :param seed: of the first mask, which is near 1/2 everywhere
    """
    with torch.no_grad():
        none, whole = float(function(torch.zeros(size))), float(function(torch.ones(size)))
    scale = _SHARPNESS / (whole - none) if whole != none else 0.0
    random = torch.Generator().manual_seed(seed)
    logits = (torch.randn(size, generator=random) * 0.01).requires_grad_()
    for _ in range(EPOCHS):
        mask = logits.sigmoid()
        prediction = scale * (function(mask) - (none + whole) / 2)
        loss = torch.nn.functional.softplus(-prediction) + _path_loss(mask, routes)
        (gradient,) = torch.autograd.grad(loss, [logits])
        with torch.no_grad():
            logits -= gradient / gradient.abs().max().clamp_min(1e-12)
    return logits.detach().double().numpy()


def _path_loss(mask: torch.Tensor, routes: Routes) -> torch.Tensor:
    """Edges of the best paths are to stay, all others to go."""
    strengths = routes.strengths(mask.detach().double().numpy())
    edges = routes.edges[np.argsort(-strengths, kind="stable")[:_PATHS]]
    on = torch.zeros(len(mask), dtype=torch.bool)
    on[torch.from_numpy(np.unique(edges[edges >= 0]))] = True
    off = mask[~on].mean() if not bool(on.all()) else mask.new_zeros(())
    return off - mask[on].mean()
