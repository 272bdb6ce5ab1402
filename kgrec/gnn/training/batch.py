"""The items that one step of training needs, and nothing of the rest of the catalog.

With a sampled softmax a step needs the histories of its users and its sample. A network that can
tell the vectors of a few items (:meth:`~kgrec.gnn.training.encoder.Encoder.vectors_of`) then goes
through their neighbours only. No neighbour is left out, so the loss is that of the whole graph.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from kgrec.gnn.training.negatives import Sample
from kgrec.gnn.training.task import Split


@dataclass(frozen=True, eq=False)
class Batch:
    """A step in the numbers of the items that it needs.

    :ivar items: their indices, sorted, int64, shape ``(m,)``
    :ivar split: shown and hidden items, shape ``(n, m)`` each
    :ivar sample: drawn items
    """

    items: npt.NDArray[np.int64]
    split: Split
    sample: Sample

    @staticmethod
    def of(split: Split, sample: Sample) -> Batch:
        """Collect the items of histories and sample."""
        items = np.union1d(split.known.indices, sample.items.numpy()).astype(np.int64)

        def inside(matrix: csr_matrix) -> csr_matrix:
            places = np.searchsorted(items, matrix.indices)
            shape = (matrix.shape[0], len(items))
            return csr_matrix((matrix.data, places, matrix.indptr), shape=shape)

        drawn = torch.from_numpy(np.searchsorted(items, sample.items.numpy()))
        local = Split(inside(split.shown), inside(split.hidden))
        return Batch(items, local, replace(sample, items=drawn))
