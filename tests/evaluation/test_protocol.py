"""The whole protocol against plain definitions: who is asked, what counts, what is refused."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import mean

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.errors import DataError
from kgrec.evaluation import Interactions, evaluate
from kgrec.evaluation.evaluate import to_lists
from kgrec.index import top_k

USERS = [f"u{number}" for number in range(6)]
ITEMS = [f"i{number:02}" for number in range(14)]
KS = (2, 5, 20)
Pairs = list[tuple[str, str]]


def scored(lists: list[tuple[str, str, int]], test: Pairs, k: int) -> dict[str, float]:
    """Every metric as it is written in books: no tables, no matrices."""
    relevant: dict[str, set[str]] = defaultdict(set)
    for user, item in test:
        relevant[user].add(item)
    ranked: dict[str, dict[int, str]] = defaultdict(dict)
    for user, item, rank in lists:
        ranked[user][rank] = item
    found: dict[str, list[float]] = defaultdict(list)
    for user, wanted in relevant.items():
        hits = [rank for rank in sorted(ranked[user]) if rank <= k and ranked[user][rank] in wanted]
        ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(wanted), k) + 1))
        precisions = [number / rank for number, rank in enumerate(hits, 1)]
        found["Recall"].append(len(hits) / len(wanted))
        found["NDCG"].append(sum(1 / math.log2(rank + 1) for rank in hits) / ideal)
        found["MRR"].append(1 / hits[0] if hits else 0)
        found["Hit"].append(float(bool(hits)))
        found["MAP"].append(sum(precisions) / min(len(wanted), k))
    return {f"{name}@{k}": mean(values) for name, values in found.items()}


class Given:
    """Has its lists already."""

    def __init__(self, lists: pl.DataFrame) -> None:
        self.lists = lists

    def recommend(self, *, users: list[str], k: int) -> Given:  # noqa: ARG002
        return self

    def to_polars(self) -> pl.DataFrame:
        return self.lists


class Fixed(Given):
    """Ranks by a matrix of scores, in blocks of some size."""

    def __init__(self, known: Interactions, scores: np.ndarray, block: int) -> None:
        self.known, self.scores, self.block = known, torch.from_numpy(scores), block

    def recommend(self, *, users: list[str], k: int) -> Fixed:
        rows = [self.known.users.index(user) for user in users]
        some = self.scores[rows]
        top = top_k(
            lambda start, stop: some[start:stop],
            len(users),
            len(self.known.items),
            k,
            seen=csr_matrix(self.known.rows(users)),
            candidates=self.known.candidates,
            block=self.block,
        )
        self.lists = to_lists(top, users, self.known.items)
        return self


def pairs(rng: np.random.Generator, share: float) -> Pairs:
    users, items = np.nonzero(rng.random((len(USERS), len(ITEMS))) < share)
    return [(USERS[user], ITEMS[item]) for user, item in zip(users, items, strict=True)]


def frame(rows: Pairs) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"user": pl.String, "item": pl.String}, orient="row")


def world(seed: int, *, cold: bool = False) -> tuple[Interactions, pl.DataFrame, np.ndarray]:
    """Histories, a test that has some rows twice, and scores with many ties."""
    rng = np.random.default_rng(seed)
    candidates = ITEMS[:5] if cold else None
    train, valid, test = (pairs(rng, share) for share in (0.3, 0.1, 0.3))
    train = [pair for pair in train if not cold or pair[1] not in ITEMS[:5]]
    known = set(train) | set(valid)
    test = [pair for pair in test if pair not in known] or [("u0", "i00")]
    interactions = Interactions.build(
        frame(train), frame(valid), users=USERS, items=ITEMS, candidates=candidates
    )
    scores = rng.integers(0, 4, (len(USERS), len(ITEMS))).astype(np.float32)
    return interactions, frame(test + test[:2]), scores


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), cold=st.booleans(), block=st.sampled_from([1, 2, 5, 1024]))
def test_numbers_are_those_of_plain_definitions_whatever_the_block(
    seed: int, cold: bool, block: int
) -> None:
    known, test, scores = world(seed, cold=cold)
    rec = Fixed(known, scores, block)
    result = evaluate(rec, test, k=KS, interactions=known)
    lists = rec.lists.select("user", "item", "rank").rows()
    expected: dict[str, float] = {}
    for k in KS:
        expected |= scored(lists, test.rows(), k)
    assert result.metrics == pytest.approx(expected)
    assert result.users == test["user"].n_unique()
    rows, columns = known.history.nonzero()
    seen = {(USERS[row], ITEMS[column]) for row, column in zip(rows, columns, strict=True)}
    assert not seen & {(user, item) for user, item, _ in lists}
    assert not cold or {item for _, item, _ in lists} <= set(ITEMS[:5])


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_the_block_changes_no_number_at_all(seed: int) -> None:
    known, test, scores = world(seed)
    whole, *others = (
        evaluate(Fixed(known, scores, block), test, k=KS, interactions=known).to_dict()
        for block in (1024, 1, 3, 4)
    )
    assert all(other == whole for other in others)


def test_who_has_no_list_counts_as_zero() -> None:
    test = frame([("u0", "i00"), ("u1", "i01")])
    lists = pl.DataFrame({"user": ["u0"], "item": ["i00"], "rank": [1]})
    known = Interactions.build(test.clear(), test.clear(), users=USERS, items=ITEMS)
    assert evaluate(Given(lists), test, k=2, interactions=known).metrics["NDCG@2"] == 0.5


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("u0", "i09", 1)], "who has it in train or valid"),
        ([("u0", "i05", 1)], "not among the items that may be"),
        ([("u0", "nothing", 1)], "not among the items that may be"),
        ([("u0", "i00", 1), ("u0", "i00", 2)], "twice"),
        ([("u0", "i00", 1), ("u0", "i01", 1)], "twice"),
    ],
)
def test_lists_that_break_the_rules_are_refused(
    rows: list[tuple[str, str, int]], message: str
) -> None:
    lists = pl.DataFrame(rows, schema=["user", "item", "rank"], orient="row")
    test = frame([("u0", "i00")])
    known = Interactions.build(
        frame([("u0", "i09")]), test.clear(), users=USERS, items=ITEMS, candidates=ITEMS[:5]
    )
    with pytest.raises(DataError, match=message):
        evaluate(Given(lists), test, interactions=known)
