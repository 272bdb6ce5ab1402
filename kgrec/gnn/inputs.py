"""What is known of nodes before training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class NodeInputs:
    """What is known of nodes before training.

    Rows are core nodes (:attr:`~kgrec.features.Features.core`), ``N`` of them. What is not known of
    a node is a row of zeros, which is no vector: such a part is left out of the node, and the other
    parts are as loud as ever.

    :ivar text: vectors of descriptions, float32, shape ``(N, s)``; ``None``: no text
    :ivar pretrained: knowledge-graph embeddings, float32, shape ``(N, p)``; ``None``: none
    :ivar words: weighted words of the items' own texts, shape ``(I, W)``; ``None``: no text
    :ivar modalities: further vectors by name (``image``), float32, shapes ``(N, m)``; rows are of
        length 1 or 0
    :ivar relations: vectors of the texts of the edge kinds of
        :class:`~kgrec.gnn.deep.catalog.Catalog`, shape ``(2 R + 2, s)``; ``None``: not used
    """

    text: Floats | None = None
    pretrained: Floats | None = None
    words: csr_matrix | None = None
    modalities: Mapping[str, Floats] = field(default_factory=dict)
    relations: Floats | None = None


def known_rows(vectors: Floats) -> npt.NDArray[np.bool_]:
    """The mask of a part: which nodes have a vector, shape ``(N,)``."""
    return np.asarray(vectors.any(axis=1))


def directions(vectors: Floats) -> Floats:
    """Centred and of length 1; what has no vector stays 0.

    :param vectors: shape ``(n, m)``
    """
    known = known_rows(vectors)[:, None]
    mean = vectors.sum(axis=0) / max(int(known.sum()), 1)
    centred = np.where(known, vectors - mean, 0)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-12), dtype=np.float32)
