"""What is known of nodes before training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class NodeInputs:
    """What is known of nodes before training.

    Rows are core nodes (:attr:`~kgrec.features.Features.core`), ``N`` of them.

    :ivar text: vectors of descriptions, float32, shape ``(N, s)``; ``None``: no text
    :ivar pretrained: knowledge-graph embeddings, float32, shape ``(N, p)``; ``None``: none
    :ivar words: weighted words of the items' own texts, shape ``(I, W)``; ``None``: no text
    """

    text: npt.NDArray[np.float32] | None = None
    pretrained: npt.NDArray[np.float32] | None = None
    words: csr_matrix | None = None
