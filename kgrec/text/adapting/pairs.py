r"""Pairs of nodes whose texts should be near: what an encoder is adapted to.

Two sources. *Behaviour*: an item, and one of the items that go with it most,

.. math:: s_{ij} = \frac{c_{ij}}{\sqrt{n_i n_j} + \lambda},

:math:`c_{ij}` users took both, :math:`n_i` took the first. The denominator keeps what everybody
takes from being near to everything, :math:`\lambda` what two users share by chance from being near
at all. *Graph*: an item and another that shares a neighbour with it, or an item and the neighbour;
a neighbour of :math:`d` items is drawn in proportion to :math:`1 / d`, for a director says more
than a country. Every item begins a pair as often as any other, however popular it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

Pairs = npt.NDArray[np.int64]

_NEAREST = 10
"""An item is paired with one of so many that go with it most."""

_SHRINK = 5.0
_BLOCK = 256
_MOST_SHARED = 200
"""What more items than this share (a country, a language) is no reason for their texts to meet."""


def draw_pairs(
    train: csr_matrix,
    facts: Pairs,
    described: npt.NDArray[np.bool_],
    count: int,
    *,
    behaviour: float,
    seed: int,
) -> Pairs:
    """Draw pairs of nodes, no pair twice in either order, in a random order.

    :param train: interactions of *train*, binary, shape ``(U, I)``
    :param facts: heads, relations, tails; items come first among nodes; shape ``(F, 3)``
    :param described: which nodes have a text, shape ``(N,)``, ``N >= I``
    :param count: at most so many pairs
    :param behaviour: the share of them that comes from behaviour, in [0, 1]
    :param seed: same seed, same pairs
    :return: shape ``(P, 2)``
    """
    rng = np.random.default_rng(seed)
    wanted = round(count * behaviour)
    taken = behaviour_pairs(train, described[: train.shape[1]], wanted, rng)
    shared = graph_pairs(facts, train.shape[1], described, count - wanted, rng)
    both = _distinct(np.concatenate([taken, shared]))
    return both[rng.permutation(len(both))]


def behaviour_pairs(
    train: csr_matrix, described: npt.NDArray[np.bool_], count: int, rng: np.random.Generator
) -> Pairs:
    """Items that the same users took, beyond what their popularity would make them.

    :return: int64, shape ``(P, 2)``, ``P <= count``
    """
    taken = csr_matrix(train @ diags(described.astype(np.float32)))
    taken.eliminate_zeros()
    popularity = np.asarray(taken.sum(axis=0)).ravel()
    first = _anchors(np.flatnonzero(popularity), count, rng)
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    columns = taken.tocsc()
    for start in range(0, len(first), _BLOCK):
        block = first[start : start + _BLOCK]
        together = (columns[:, block].T @ taken).toarray()
        together[np.arange(len(block)), block] = 0
        usual = np.sqrt(popularity[block, None] * popularity[None, :]) + _SHRINK
        pairs.append(_nearest(block, together / usual, rng))
    return np.concatenate(pairs)


def graph_pairs(
    facts: Pairs,
    num_items: int,
    described: npt.NDArray[np.bool_],
    count: int,
    rng: np.random.Generator,
) -> Pairs:
    """Items beside a neighbour, and items beside others that share one; of each kind a half.

    :return: int64, shape ``(P, 2)``, ``P <= count``
    """
    near = _neighbours(facts, num_items, len(described))
    degrees = np.diff(near.tocsc().indptr)
    informative = (degrees > 1) & (degrees <= _MOST_SHARED)
    items = described[:num_items].astype(np.float32)
    chance = csr_matrix(diags(items) @ near @ diags(informative / np.maximum(degrees, 1)))
    chance.eliminate_zeros()
    anchors = np.flatnonzero(np.diff(chance.indptr))
    first = _anchors(anchors, count, rng)
    through = np.array([_draw(chance, row, rng) for row in first], dtype=np.int64)
    back = csr_matrix(near.T)
    pairs = []
    for place, (item, node) in enumerate(zip(first.tolist(), through.tolist(), strict=True)):
        others = back.indices[back.indptr[node] : back.indptr[node + 1]]
        others = others[described[others] & (others != item)]
        if described[node] and (place % 2 or not len(others)):
            pairs.append((item, node))
        elif len(others):
            pairs.append((item, int(rng.choice(others))))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _neighbours(facts: Pairs, num_items: int, num_nodes: int) -> csr_matrix:
    """Which nodes each item has a fact with, in either direction, binary, shape ``(I, N)``."""
    heads, tails = facts[:, 0], facts[:, 2]
    rows, columns = np.concatenate([heads, tails]), np.concatenate([tails, heads])
    of_items = (rows < num_items) & (rows != columns)
    shape = (num_items, num_nodes)
    ones = np.ones(int(of_items.sum()), dtype=np.float32)
    near = csr_matrix((ones, (rows[of_items], columns[of_items])), shape=shape)
    near.data[:] = 1  # several relations between the same two
    return near


def _anchors(nodes: Pairs, count: int, rng: np.random.Generator) -> Pairs:
    """Draw ``count`` nodes so that each comes as often as any other, give or take one."""
    if not len(nodes):
        return np.zeros(0, dtype=np.int64)
    rounds = [rng.permutation(nodes) for _ in range(-(-count // len(nodes)))]
    return np.concatenate([np.zeros(0, dtype=np.int64), *rounds])[:count].astype(np.int64)


def _nearest(block: Pairs, nearness: npt.NDArray[np.float32], rng: np.random.Generator) -> Pairs:
    """For each row one of its best columns, the better the likelier."""
    best = np.argsort(-nearness, axis=1, kind="stable")[:, :_NEAREST]
    weights = np.take_along_axis(nearness, best, axis=1)
    noise = rng.gumbel(size=weights.shape)  # a draw in proportion to the weights
    with np.errstate(divide="ignore"):
        place = np.argmax(np.log(weights) + noise, axis=1)
    rows = np.arange(len(block))
    found = np.column_stack([block, best[rows, place]])
    kept: Pairs = found[weights[rows, place] > 0].astype(np.int64)
    return kept


def _draw(chance: csr_matrix, row: int, rng: np.random.Generator) -> int:
    part = slice(chance.indptr[row], chance.indptr[row + 1])
    weights = chance.data[part].astype(np.float64)
    return int(rng.choice(chance.indices[part], p=weights / weights.sum()))


def _distinct(pairs: Pairs) -> Pairs:
    """Each pair once, whichever node comes first; in the order in which they came."""
    _, first = np.unique(np.sort(pairs, axis=1), axis=0, return_index=True)
    return pairs[np.sort(first)]
