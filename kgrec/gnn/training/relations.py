r"""Parameters of relations that start from the texts of the relations.

.. math:: p_r = \frac{\sigma}{\bar\sigma} (t_r - \bar t)\, G, \qquad G_{ij} \sim N(0, 1)

for the text :math:`t_r` of a relation in one direction, so that relations that read alike start
alike: a random projection keeps distances (Johnson and Lindenstrauss 1984), and :math:`\sigma` the
spread that the parameters have by chance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch


@torch.no_grad()
def start_from_texts(parameter: torch.Tensor, texts: npt.NDArray[np.float32] | None) -> None:
    """Replace the first numbers of relations, where there are texts that can be told apart.

    :param parameter: of all edge kinds, shape ``(kinds, k)``; is written to
    :param texts: of the same kinds, shape ``(kinds, s)``; ``None``: nothing is done
    """
    if texts is None:
        return
    centred = torch.from_numpy(texts - texts.mean(axis=0))
    projected = centred @ torch.randn(centred.shape[1], parameter.shape[1])
    spread = projected.square().mean().sqrt()
    if spread > 0:
        parameter.copy_(projected * (parameter.square().mean().sqrt() / spread))
