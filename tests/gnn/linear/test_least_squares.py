from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.gnn.linear import least_squares as module
from kgrec.gnn.linear.least_squares import LeastSquares


def taken(seed: int, users: int = 12, items: int = 9, density: float = 0.3) -> csr_matrix:
    rng = np.random.default_rng(seed)
    return csr_matrix(rng.random((users, items)) < density, dtype=np.float32)


def loss(squares: LeastSquares, train: np.ndarray, users: np.ndarray, items: np.ndarray) -> float:
    """The formula, term by term."""
    scores, alpha = users @ items.T, squares.unobserved
    fit = (train * (scores - 1) ** 2).sum() + alpha * (scores**2).sum()
    of_users = (train.sum(1) + alpha * train.shape[1]) @ (users**2).sum(1)
    of_items = (train.sum(0) + alpha * train.shape[0]) @ (items**2).sum(1)
    return float(fit + squares.regularisation / alpha**0.5 * (of_users + of_items))


def vectors(seed: int, count: int, size: int) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


@given(st.integers(0, 500), st.floats(0.01, 2), st.floats(0.002, 0.5), st.integers(1, 6))
def test_a_half_step_solves_the_normal_equations(
    seed: int, unobserved: float, regularisation: float, size: int
) -> None:
    train, squares = taken(seed), LeastSquares(unobserved, regularisation, size)
    items = vectors(seed, 9, size)
    found = squares.solve(train, items).numpy()
    fixed = items.double().numpy()
    for row, solved in zip(train.toarray(), found, strict=True):
        own = fixed[row > 0]
        ridge = regularisation / unobserved**0.5 * (len(own) + unobserved * 9)
        left = own.T @ own + unobserved * fixed.T @ fixed + ridge * np.eye(size)
        np.testing.assert_allclose(solved, np.linalg.solve(left, own.sum(0)), rtol=1e-2, atol=1e-3)


@given(st.integers(0, 50))
def test_each_half_step_is_the_minimum(seed: int) -> None:
    train, squares = taken(seed), LeastSquares(unobserved=0.2, regularisation=0.1)
    items = vectors(seed, 9, 3)
    users = squares.solve(train, items)
    best = loss(squares, train.toarray(), users.numpy(), items.numpy())
    rng = np.random.default_rng(seed)
    for _ in range(5):
        moved = users.numpy() + rng.normal(scale=0.05, size=users.shape)
        assert loss(squares, train.toarray(), moved, items.numpy()) > best - 1e-6


def test_the_loss_falls_from_epoch_to_epoch() -> None:
    train, losses = taken(0), []
    for epochs in (1, 2, 4, 8):
        squares = LeastSquares(embedding_size=4, epochs=epochs)
        items = squares.items(train)
        users = squares.solve(train, items)
        losses.append(loss(squares, train.toarray(), users.numpy(), items.numpy()))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("most", [1, 400, 3000])
def test_the_size_of_a_batch_changes_nothing(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    train, items = taken(1, users=40, items=30), vectors(1, 30, 5)
    whole = LeastSquares().solve(train, items)
    monkeypatch.setattr(module, "_MOST_NUMBERS", most)
    torch.testing.assert_close(LeastSquares().solve(train, items), whole, rtol=1e-3, atol=1e-4)


@given(
    st.lists(st.integers(0, 60), max_size=50).map(lambda them: np.array(them, dtype=np.int64)),
    st.integers(1, 12),
    st.integers(1, 3000),
)
def test_batches_hold_every_row_once_and_no_more_numbers_than_allowed(
    lengths: np.ndarray, size: int, most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST_NUMBERS", most)
        batches = list(module._batches(lengths, size))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        numbers = len(batch) * size * (lengths[batch].max() + size)
        assert len(batch) == 1 or numbers <= most


def test_who_took_nothing_is_nowhere() -> None:
    train = taken(2).tolil()
    train[3] = 0
    squares = LeastSquares(embedding_size=4)
    users = squares.solve(csr_matrix(train), squares.items(csr_matrix(train)))
    assert not users[3].any()
    assert users[:3].any()
    nobody = squares.solve(csr_matrix((0, 9), dtype=np.float32), vectors(0, 9, 4))
    assert nobody.shape == (0, 4)


def test_an_item_that_nobody_took_is_nowhere() -> None:
    train = taken(3).tolil()
    train[:, 5] = 0
    assert not LeastSquares(embedding_size=4).items(csr_matrix(train))[5].any()


def test_same_seed_same_vectors_whatever_was_drawn_before() -> None:
    train = taken(3)
    before = torch.get_rng_state()
    first = LeastSquares(embedding_size=4).items(train)
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(3)
    assert torch.equal(LeastSquares(embedding_size=4).items(train), first)
    assert not torch.equal(LeastSquares(embedding_size=4, seed=1).items(train), first)
    torch.set_rng_state(before)
