r"""Integrated gradients over a mask of edges.

.. math:: \phi_e = \int_0^1 \frac{\partial F}{\partial m_e}(\alpha \mathbf 1)\, d\alpha,
    \qquad \sum_e \phi_e = F(\mathbf 1) - F(\mathbf 0)

:math:`F` is the score as a function of how much is left of each edge. Sundararajan et al.,
"Axiomatic Attribution for Deep Networks", ICML 2017, https://arxiv.org/abs/1703.01365. The integral
is taken at the points of Gauss and Legendre, and the sum holds up to its error.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

STEPS = {"rgcn": 8, "kgat": 24}
"""Gradients that are taken. KGAT scales vectors to length 1 and bends more on the way.

On ml-100k with two layers the sums are then off by 1 and 2 % of the change at most.
"""


def integrated_gradients(
    function: Callable[[torch.Tensor], torch.Tensor], size: int, steps: int
) -> npt.NDArray[np.float64]:
    """Attribute the change of a function from all zeros to all ones.

    :param function: of a tensor of shape ``(size,)``, to a scalar with gradient
    :param steps: gradients that are taken, at least 1
    :return: shape ``(size,)``
    """
    points, weights = np.polynomial.legendre.leggauss(steps)
    total = np.zeros(size)
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        left = torch.full((size,), float(point), requires_grad=True)
        (gradient,) = torch.autograd.grad(function(left), [left])
        total += weight * gradient.numpy().astype(np.float64)
    return total
