"""Nearest neighbours among items, in bounded memory however many items there are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix, vstack

# No block of the item-item matrix holds more entries than this (64 MB of float32).
_MOST_ENTRIES = 2**24


def cosine_neighbours(hubs: csr_matrix, neighbours: int, shrinkage: float = 0.0) -> csr_matrix:
    r"""Cosine between items, shrunk where little supports it.

    .. math:: s_{ij} = \frac{a_i \cdot a_j}{\|a_i\| \, \|a_j\| + \text{shrinkage}}

    :param hubs: hubs (or users) by items, float32, shape ``(H, I)``
    :param neighbours: most neighbours kept for an item, a row of the result
    :param shrinkage: pulls down similarities of rare items, at least 0
    :return: float32, shape ``(I, I)``, zero diagonal
    """
    by_item = csr_matrix(hubs.T)
    lengths = np.sqrt(np.asarray(by_item.multiply(by_item).sum(axis=1)).ravel(), dtype=np.float32)

    def similar(start: int, stop: int) -> np.ndarray:
        common = (by_item[start:stop] @ hubs).toarray()
        norms = np.outer(lengths[start:stop], lengths) + np.float32(shrinkage)
        return np.asarray(common / np.maximum(norms, np.float32(1e-9)))

    return nearest(similar, hubs.shape[1], neighbours)


def nearest(rows: Callable[[int, int], np.ndarray], num_items: int, neighbours: int) -> csr_matrix:
    """Build the sparse item-item matrix of the largest entries of every row, without the diagonal.

    :param rows: ``rows(start, stop)`` returns dense rows, shape ``(stop - start, num_items)``
    :param num_items: size of the matrix
    :param neighbours: most entries kept in a row; those that are not positive are dropped
    :return: float32, shape ``(num_items, num_items)``
    """
    step = max(1, _MOST_ENTRIES // max(num_items, 1))
    kept = min(neighbours, num_items)
    blocks = []
    for start in range(0, num_items, step):
        block = rows(start, min(start + step, num_items))
        local = np.arange(len(block))
        block[local, local + start] = 0.0
        places = np.argpartition(-block, kept - 1, axis=1)[:, :kept]
        values = np.take_along_axis(block, places, axis=1)
        ends = np.arange(len(block) + 1) * kept
        blocks.append(
            csr_matrix((values.ravel(), places.ravel(), ends), shape=(len(block), num_items))
        )
    matrix = csr_matrix(vstack(blocks, format="csr"), dtype=np.float32)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix
