"""Ranked lists under a policy: filters before the search, everything else on its best items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.index import TopK
from kgrec.policies.bound import BoundPolicy
from kgrec.policies.exposure import shares
from kgrec.policies.greedy import Indices, Numbers
from kgrec.policies.report import UNMET, PolicyReport
from kgrec.policies.stages import Stages

_BLOCK = 1024  # users whose pools are held at once
_GROWTH = 4  # a pool that the caps exhaust becomes so much larger
_ROUNDING = 1e-9


class Search(Protocol):
    """Finds the best items of some users, exactly."""

    def __call__(self, rows: Indices, k: int, allowed: Indices | None) -> TopK:
        """The best ``k`` of the ``allowed`` items; ``None``: of all that may be recommended."""


@dataclass(frozen=True, eq=False)
class PolicedLists:
    """Lists under a policy.

    :ivar top: items and scores of the model, each of shape ``(users, k)``
    :ivar places: 1-based rank of each item without the policy, ``(users, k)``; 0: below all items
        that were looked at
    :ivar moved: why an item is not there any more: which part of the policy moved it from where to
        where; empty where it is; ``(users, k)``
    :ivar report: what was removed, moved and not reached
    """

    top: TopK
    places: npt.NDArray[np.int64]
    moved: npt.NDArray[np.object_]
    report: PolicyReport


def apply_policy(
    bound: BoundPolicy, search: Search, histories: csr_matrix, users: Sequence[str], k: int
) -> PolicedLists:
    """Rank under a policy, a block of users at a time.

    :param search: of the model
    :param histories: weights of what each user has, shape ``(users, I)``
    :param users: names for the report, one for each history
    :param k: the length of a list, at least 1
    """
    tally = _Tally(bound, users, k)
    for start in range(0, len(users), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(users)))
        _block(bound, search, histories, rows, tally)
    return tally.lists()


def _block(
    bound: BoundPolicy, search: Search, histories: csr_matrix, rows: Indices, tally: _Tally
) -> None:
    size = max(bound.policy.pool, tally.k)
    plain = search(rows, size, None)
    tally.keep_out(plain.items[:, : tally.k])
    first = rows[0]
    pools = search(rows, size, bound.allowed) if bound.policy.filters else plain
    while len(rows):
        again = []
        for at, row in enumerate(rows):
            full = pools.items[at] >= 0
            pool, scores = pools.items[at][full], pools.scores[at][full].astype(np.float64)
            stages = [("filter", np.arange(min(tally.k, len(pool))))]
            stages += Stages(bound, pool, scores, histories[[row]], tally.k).run()
            if len(stages[-1][1]) < tally.k and bound.caps and full.all():
                again.append(at)  # the caps shut out too many: look further down
                continue
            tally.add(int(row), pool, scores, _ranks(plain.items[row - first]), stages)
        rows = rows[again]
        # One more than there are: a pool that is not full has no more to give.
        size = min(size * _GROWTH, histories.shape[1] + 1)
        if len(rows):
            pools = search(rows, size, bound.allowed)


def _ranks(items: Indices) -> dict[int, int]:
    return {int(item): rank for rank, item in enumerate(items, start=1) if item >= 0}


class _Tally:
    """Lists as they come, and the counts for the report."""

    def __init__(self, bound: BoundPolicy, users: Sequence[str], k: int) -> None:
        shape = (len(users), k)
        self.k = k
        self._bound, self._users = bound, users
        self._items = np.full(shape, -1, dtype=np.int64)
        self._scores = np.full(shape, -np.inf, dtype=np.float32)
        self._places = np.zeros(shape, dtype=np.int64)
        self._moved = np.full(shape, "", dtype=object)
        self._kept_out = Counter(dict.fromkeys(bound.barred, 0))
        self._capped = 0
        self._unmet: list[tuple[str, str, float, float]] = []

    def keep_out(self, plain: Indices) -> None:
        """Count what filters remove from lists without the policy."""
        shown = plain[plain >= 0]
        for rule, mask in self._bound.barred.items():
            self._kept_out[rule] += int(mask[shown].sum())

    def add(
        self,
        row: int,
        pool: Indices,
        scores: Numbers,
        ranks: Mapping[int, int],
        stages: Sequence[tuple[str, Indices]],
    ) -> None:
        """Take a user's list, after each of the stages."""
        lists = {name: pool[places] for name, places in stages}
        places = stages[-1][1]
        items, there = pool[places], slice(0, len(places))
        self._items[row, there], self._scores[row, there] = items, scores[places]
        self._places[row, there] = [ranks.get(int(item), 0) for item in items]
        filtered = _ranks(pool)
        after = [("filter", filtered)]
        after += [(name, _ranks(found)) for name, found in lists.items() if name != "filter"]
        for at, item in enumerate(items.tolist()):
            self._moved[row, at] = "; ".join(_moves(item, ranks, after))
        if "cap" in lists:
            self._capped += len(np.setdiff1d(lists["filter"], lists["cap"]))
        self._expose(row, items)

    def _expose(self, row: int, items: Indices) -> None:
        wanted = self._bound.exposures
        if wanted is None:
            return
        given = shares(np.asarray(wanted.members[items].toarray() > 0))
        for group in np.flatnonzero(given < wanted.minimum - _ROUNDING):
            found, least = float(given[group]), float(wanted.minimum[group])
            self._unmet.append((self._users[row], wanted.names[group], found, least))

    def lists(self) -> PolicedLists:
        """All of it."""
        there = self._items >= 0
        ranks = np.arange(1, self.k + 1)
        report = PolicyReport(
            policy=self._bound.policy,
            barred={rule: int(mask.sum()) for rule, mask in self._bound.barred.items()},
            kept_out=dict(self._kept_out),
            capped=self._capped,
            moved=int((there & (self._places != ranks)).sum()),
            short=int((~there[:, -1]).sum()),
            unmet=pl.DataFrame(self._unmet, UNMET, orient="row"),
        )
        return PolicedLists(
            TopK(items=self._items, scores=self._scores), self._places, self._moved, report
        )


def _moves(
    item: int, ranks: Mapping[int, int], after: Sequence[tuple[str, Mapping[int, int]]]
) -> Iterator[str]:
    """Every step of an item on its way from the model's list to this one."""
    now = ranks.get(item)
    for name, found in after:
        then = found.get(item)
        if then is not None and then != now:
            yield f"{name}: from {now or f'below {len(ranks)}'} to {then}"
            now = then
