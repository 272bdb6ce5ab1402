"""How different the items of one list are, by what the graph says of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.evaluation.spread import Lists

# No more pairs than this at once: of lists, and of rows of features.
_MOST_PAIRS = 2**20
_MOST_ROWS = 2**14


def intra_list_distance(items: Lists, features: csr_matrix) -> float:
    r"""Mean distance of two items of one list: 1 - Jaccard over their features.

    .. math:: \frac{1}{|U|} \sum_u \frac{2}{|L_u| (|L_u| - 1)} \sum_{i, j \in L_u,\, i < j}
        1 - \frac{|F_i \cap F_j|}{|F_i \cup F_j|}

    From 0 (all items alike) to 1 (none shares anything). Two items without any feature share
    nothing: their distance is 1. Lists of fewer than two items do not count; without any other the
    result is 0. Never more than a block of pairs is held, each distinct pair of it computed once.
    Ziegler et al. 2005 (https://doi.org/10.1145/1060745.1060754).

    :param items: lists of indices, shape ``(users, k)``; -1 is no item
    :param features: what is stored counts, whatever its value; shape ``(I, F)``
    """
    present = csr_matrix(features, dtype=np.float32, copy=True)
    present.sum_duplicates()
    present.data[:] = 1.0
    means = [mean for block in _blocks(items) for mean in _list_means(block, present)]
    return float(np.mean(means)) if means else 0.0


def _blocks(items: Lists) -> Iterator[Lists]:
    length = items.shape[1]
    step = max(1, _MOST_PAIRS // max(length * (length - 1) // 2, 1))
    for start in range(0, len(items), step):
        yield items[start : start + step]


def _list_means(items: Lists, features: csr_matrix) -> npt.NDArray[np.float64]:
    """The mean distance within each list of two items or more."""
    one, other = np.triu_indices(items.shape[1], k=1)
    first, second = items[:, one], items[:, other]
    there = (first >= 0) & (second >= 0)
    size = features.shape[0]
    low, high = np.minimum(first, second)[there], np.maximum(first, second)[there]
    codes, places = np.unique(low * size + high, return_inverse=True)
    distances = np.zeros(there.shape)
    distances[there] = _distances(codes // size, codes % size, features)[places]
    pairs = there.sum(axis=1)
    return np.asarray(distances.sum(axis=1)[pairs > 0] / pairs[pairs > 0])


def _distances(
    first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], features: csr_matrix
) -> npt.NDArray[np.float64]:
    sizes = np.diff(features.indptr)
    shared = np.zeros(len(first))
    for start in range(0, len(first), _MOST_ROWS):
        part = slice(start, start + _MOST_ROWS)
        common = features[first[part]].multiply(features[second[part]])
        shared[part] = np.asarray(common.sum(axis=1)).ravel()
    union = sizes[first] + sizes[second] - shared
    return np.asarray(1.0 - shared / np.maximum(union, 1))
