from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

import kgrec.index
from kgrec.callbacks import Progress
from kgrec.errors import ConfigError, KgrecError
from kgrec.index import TopK, top_k


def rank(scores: np.ndarray, k: int, **options: object) -> TopK:
    tensor = torch.from_numpy(np.asarray(scores, dtype=np.float32))
    users, items = tensor.shape
    return top_k(lambda start, stop: tensor[start:stop], users, items, k, **options)  # type: ignore[arg-type]


def brute_force(
    scores: np.ndarray, k: int, seen: np.ndarray, candidates: np.ndarray
) -> list[list[int]]:
    lists = []
    for row, hidden in zip(scores, seen, strict=True):
        allowed = [i for i in candidates if not hidden[i] and row[i] != -np.inf]
        best = sorted(allowed, key=lambda item, row=row: (-row[item], item))[:k]
        lists.append(best + [-1] * (k - len(best)))
    return lists


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    users, items = draw(st.integers(1, 12)), draw(st.integers(1, 15))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    # Few different values, so that ties are the rule; -inf is a score, too.
    values = np.array([-np.inf, -1.5, -0.0, 0.0, 1.0, 2.0, np.inf][: draw(st.integers(2, 7))])
    scores = rng.choice(values, size=(users, items)).astype(np.float32)
    seen = rng.random((users, items)) < draw(st.sampled_from([0.0, 0.3, 0.9, 1.0]))
    candidates = np.flatnonzero(rng.random(items) < draw(st.sampled_from([0.2, 0.7, 1.0])))
    return scores, seen, candidates, draw(st.integers(1, 20))


@settings(max_examples=150, deadline=None)
@given(problem=problems(), block=st.integers(1, 13))
def test_equals_brute_force(
    problem: tuple[np.ndarray, np.ndarray, np.ndarray, int], block: int
) -> None:
    scores, seen, candidates, k = problem
    top = rank(scores, k, seen=csr_matrix(seen), candidates=candidates, block=block)
    assert top.items.tolist() == brute_force(scores, k, seen, candidates)
    missing = top.items < 0
    assert (top.scores[missing] == -np.inf).all()
    rows = np.nonzero(~missing)[0]
    assert (top.scores[~missing] == scores[rows, top.items[~missing]]).all()


@settings(max_examples=50, deadline=None)
@given(problem=problems(), block=st.integers(1, 13))
def test_block_size_changes_nothing(
    problem: tuple[np.ndarray, np.ndarray, np.ndarray, int], block: int
) -> None:
    scores, seen, candidates, k = problem
    hidden = csr_matrix(seen)
    whole = rank(scores, k, seen=hidden, candidates=candidates)
    blocks = rank(scores, k, seen=hidden, candidates=candidates, block=block)
    assert (whole.items == blocks.items).all()
    assert (whole.scores == blocks.scores).all()


def test_ties_go_to_the_lower_index_on_wide_rows() -> None:
    scores = np.random.default_rng(0).integers(0, 400, size=(3, 5000))
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :20]
    assert (rank(scores, 20).items == expected).all()


def test_blocks_are_bounded_however_many_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kgrec.index, "_MOST_SCORES", 30)
    sizes = []

    def block(start: int, stop: int) -> torch.Tensor:
        sizes.append(stop - start)
        return torch.zeros(stop - start, 10)

    assert top_k(block, 8, 10, 2).items.tolist() == [[0, 1]] * 8
    assert sizes == [3, 3, 2]


def test_the_scores_of_the_caller_stay_as_they_are() -> None:
    scores = torch.rand(4, 6)
    before = scores.clone()
    seen = csr_matrix(np.eye(4, 6))
    top_k(lambda start, stop: scores[start:stop], 4, 6, 3, seen=seen)
    assert torch.equal(scores, before)


def test_scores_may_need_gradients_or_be_of_another_type() -> None:
    scores = torch.rand(4, 6, dtype=torch.float64, requires_grad=True)
    top = top_k(lambda start, stop: scores[start:stop] * 2, 4, 6, 3)
    assert top.scores.dtype == np.float32
    assert top.items.dtype == np.int64


def test_scores_may_lie_in_memory_in_any_order() -> None:
    scores = torch.rand(6, 4)
    seen = csr_matrix(np.eye(4, 6))
    turned = top_k(lambda start, stop: scores.T[start:stop], 4, 6, 3, seen=seen)
    straight = rank(scores.T.contiguous().numpy(), 3, seen=seen)
    assert (turned.items == straight.items).all()
    wide = top_k(lambda start, stop: scores[start:stop, :3], 6, 3, 2, seen=csr_matrix((6, 3)))
    assert (wide.items == rank(scores[:, :3].numpy(), 2).items).all()


def test_entries_stored_as_zero_are_seen() -> None:
    seen = csr_matrix((np.zeros(1), ([0], [2])), shape=(1, 3))
    assert rank(np.array([[1.0, 2.0, 3.0]]), 3, seen=seen).items.tolist() == [[1, 0, -1]]


@pytest.mark.parametrize("users", [0, 3])
def test_without_items_every_list_is_empty(users: int) -> None:
    top = rank(np.zeros((users, 0)), 5)
    assert top.items.shape == (users, 5)
    assert (top.items == -1).all()


def test_without_candidates_every_list_is_empty() -> None:
    assert (rank(np.ones((2, 3)), 2, candidates=np.array([], dtype=np.int64)).items == -1).all()


def test_candidates_may_be_unsorted_and_repeated() -> None:
    top = rank(np.array([[5.0, 5.0, 9.0, 5.0]]), 3, candidates=np.array([3, 1, 3]))
    assert top.items.tolist() == [[1, 3, -1]]


def test_nan_names_the_row_and_the_item() -> None:
    scores = np.zeros((5, 4))
    scores[3, 2] = np.nan
    with pytest.raises(KgrecError, match=r"item 2 for user row 3 is not a number"):
        rank(scores, 2, block=2)


@pytest.mark.parametrize("options", [{"k": 0}, {"k": 2, "block": 0}])
def test_lengths_below_one_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        rank(np.zeros((2, 3)), **options)


def test_shapes_that_do_not_agree_are_refused() -> None:
    with pytest.raises(ValueError, match="block has the shape"):
        top_k(lambda start, stop: torch.zeros(stop - start, 4), 2, 3, 1)
    with pytest.raises(ValueError, match="'seen' has the shape"):
        rank(np.zeros((2, 3)), 1, seen=csr_matrix((3, 3)))
    for candidate in (-1, 3):
        with pytest.raises(ValueError, match="candidate"):
            rank(np.zeros((2, 3)), 1, candidates=np.array([candidate]))


class Recorder(Progress):
    """Counts what is reported; is its own bar."""

    total: int | None = None
    done = 0

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Recorder]:
        self.total = total if name else None
        yield self

    def advance(self, steps: int = 1) -> None:
        self.done += steps

    def note(self, text: str) -> None:
        pass


def test_progress_counts_every_user() -> None:
    progress = Recorder()
    rank(np.zeros((7, 3)), 1, block=2, progress=progress)
    assert progress.total == progress.done == 7
