"""Exact top-k over all items, in bounded memory.

Scores arrive one block of users at a time and are never held for all users at once. The result is
a function of the scores alone: the size of the blocks changes nothing, and ties go to the lower
index, which :func:`torch.topk` does not promise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.errors import ConfigError, KgrecError

ScoreBlock = Callable[[int, int], torch.Tensor]

# No block holds more scores than this (64 MB of float32), however many items there are.
_MOST_SCORES = 2**24


@dataclass(frozen=True, eq=False)
class TopK:
    """The best items of every user, best first.

    :ivar items: item indices, int64, shape ``(users, k)``; -1 where a user has fewer than
        ``k`` items left
    :ivar scores: their scores, float32, shape ``(users, k)``; -inf where the item is -1
    """

    items: np.ndarray
    scores: np.ndarray


@torch.no_grad()
def top_k(
    score_block: ScoreBlock,
    num_users: int,
    num_items: int,
    k: int,
    *,
    seen: csr_matrix | None = None,
    candidates: np.ndarray | None = None,
    block: int = 1024,
    progress: Progress | None = None,
) -> TopK:
    """Rank all items for every user, exactly.

    :param score_block: ``score_block(start, stop)`` returns the scores of users ``start`` to
        ``stop - 1``, shape ``(stop - start, num_items)``; higher is better, -inf means "never".
        They are ranked as float32 and not written to
    :param num_users: rows to rank
    :param num_items: columns of a block
    :param k: length of a list, at least 1; it may exceed the number of items
    :param seen: shape ``(num_users, num_items)``; every *stored* entry is left out of its
        user's list
    :param candidates: indices of the only items that may be recommended; ``None``: all
    :param block: most users a block; fewer are taken where the items are many
    :param progress: receives the stage "Ranking items", one step a user
    :raises ConfigError: if ``k`` or ``block`` is below 1
    :raises KgrecError: if a score is NaN
    :raises ValueError: if shapes do not agree or a candidate is out of range
    """
    if k < 1 or block < 1:
        raise ConfigError(f"k and block must be at least 1, not k={k} and block={block}.")
    columns = _columns(candidates, num_items)
    hidden = _hidden(seen, columns, (num_users, num_items))
    result = TopK(
        items=np.full((num_users, k), -1, dtype=np.int64),
        scores=np.full((num_users, k), -np.inf, dtype=np.float32),
    )
    step = max(1, min(block, _MOST_SCORES // max(num_items, 1)))
    with (progress or Progress()).stage("Ranking items", num_users) as bar:
        for start in range(0, num_users, step):
            stop = min(start + step, num_users)
            scores = score_block(start, stop).detach()
            _check(scores, start, (stop - start, num_items))
            _rank(_allowed(scores, start, stop, hidden, columns), columns, result, start)
            bar.advance(stop - start)
    return result


def mean_ndcg(items: np.ndarray, relevant: csr_matrix) -> float:
    """Mean NDCG of lists of indices; users without a relevant item do not count.

    :param items: shape ``(users, k)``; -1 is no item
    :param relevant: shape ``(users, num_items)``
    """
    k = items.shape[1]
    gains = 1 / np.log2(np.arange(2, k + 2))
    counts = np.diff(relevant.indptr)
    ideal = np.cumsum(gains)[np.minimum(counts, k) - 1]
    return float((_hits(items, relevant) @ gains / ideal)[counts > 0].mean())


def mean_recall(items: np.ndarray, relevant: csr_matrix) -> float:
    """Mean Recall@k of lists of indices; users without a relevant item do not count.

    :param items: shape ``(users, k)``; -1 is no item
    :param relevant: shape ``(users, num_items)``
    """
    counts = np.diff(relevant.indptr)
    found = _hits(items, relevant).sum(axis=1)
    return float((found[counts > 0] / counts[counts > 0]).mean())


def _hits(items: np.ndarray, relevant: csr_matrix) -> np.ndarray:
    users = np.repeat(np.arange(len(items)), items.shape[1])
    hits = np.asarray(relevant[users, np.maximum(items, 0).ravel()]).reshape(items.shape) > 0
    return hits & (items >= 0)


def _columns(candidates: np.ndarray | None, num_items: int) -> np.ndarray | None:
    """Sort the candidates, so that a lower position is a lower item index."""
    if candidates is None:
        return None
    columns = np.unique(np.asarray(candidates, dtype=np.int64))
    if columns.size and not 0 <= columns[0] <= columns[-1] < num_items:
        raise ValueError(f"a candidate is not among the {num_items} items")
    return columns


def _hidden(
    seen: csr_matrix | None, columns: np.ndarray | None, shape: tuple[int, int]
) -> csr_matrix | None:
    if seen is None:
        return None
    if seen.shape != shape:
        raise ValueError(f"'seen' has the shape {seen.shape}, the scores have {shape}")
    seen = csr_matrix(seen)
    return seen if columns is None else seen[:, columns]


def _check(scores: torch.Tensor, start: int, shape: tuple[int, int]) -> None:
    if tuple(scores.shape) != shape:
        raise ValueError(f"the block has the shape {tuple(scores.shape)}, expected {shape}")
    if not torch.isnan(scores.sum()):  # which it is if any of them is; far faster than to ask each
        return
    faulty = torch.isnan(scores)
    if faulty.any():  # else the sum of inf and -inf
        row, column = faulty.nonzero()[0].tolist()
        raise KgrecError(
            f"The score of item {column} for user row {start + row} is not a number: the model has "
            "diverged; train it with a lower learning rate."
        )


def _allowed(
    scores: torch.Tensor,
    start: int,
    stop: int,
    hidden: csr_matrix | None,
    columns: np.ndarray | None,
) -> torch.Tensor:
    """Keep the candidate columns and hide what was seen, on a copy: a block may be a view."""
    if columns is not None:
        scores = scores[:, torch.from_numpy(columns).to(scores.device)]
    scores = scores.to(torch.float32, copy=hidden is not None).contiguous()
    if hidden is not None:
        bounds = hidden.indptr[start : stop + 1]
        firsts = np.repeat(np.arange(stop - start) * scores.shape[1], np.diff(bounds))
        places = firsts + hidden.indices[bounds[0] : bounds[-1]]
        scores.view(-1).index_fill_(0, torch.from_numpy(places.astype(np.int64)), -math.inf)
    return scores


def _rank(scores: torch.Tensor, columns: np.ndarray | None, result: TopK, start: int) -> None:
    """Write the lists of one block into the result."""
    width = min(result.items.shape[1], scores.shape[1])
    if width == 0:
        return
    best, places = _best(scores, width)
    values = best.cpu().numpy()
    items = places.cpu().numpy()
    items = items if columns is None else columns[items]
    rows = slice(start, start + len(values))
    result.scores[rows, :width] = values
    result.items[rows, :width] = np.where(values == -np.inf, -1, items)


def _best(scores: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the ``k`` largest values of every row and their columns; ties: lower column first."""
    values, places = torch.topk(scores, min(k + 1, scores.shape[1]), dim=1)
    # Which columns topk returned is open only where the next value reaches the k-th. A k-th value
    # of -inf needs no care: such places become -1.
    last, following, places = values[:, k - 1 : k], values[:, k:], places[:, :k]
    tied = ((following == last) & (last > -math.inf)).any(dim=1)
    if tied.any():
        places[tied] = _lowest(scores[tied], last[tied], k)
    places = places.sort(dim=1).values
    values, order = scores.gather(1, places).sort(dim=1, descending=True, stable=True)
    return values, places.gather(1, order)


def _lowest(scores: torch.Tensor, last: torch.Tensor, k: int) -> torch.Tensor:
    """Return, ascending, the columns above ``last`` and the lowest of those equal to it."""
    above = scores > last
    equal = scores == last
    room = k - above.sum(dim=1, keepdim=True, dtype=torch.int32)
    kept = above | (equal & (equal.cumsum(dim=1, dtype=torch.int32) <= room))
    return kept.nonzero()[:, 1].view(len(scores), k)
