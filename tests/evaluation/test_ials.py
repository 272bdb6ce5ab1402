from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.evaluation import ials
from kgrec.evaluation.ials import IALS


def taken(seed: int, users: int = 12, items: int = 9) -> csr_matrix:
    rng = np.random.default_rng(seed)
    return csr_matrix(rng.random((users, items)) < 0.3, dtype=np.float32)


def loss(model: IALS, train: np.ndarray, users: np.ndarray, items: np.ndarray) -> float:
    """The formula, term by term."""
    scores, alpha = users @ items.T, model.unobserved
    fit = (train * (scores - 1) ** 2).sum() + alpha * (scores**2).sum()
    of_users = (train.sum(1) + alpha * train.shape[1]) @ (users**2).sum(1)
    of_items = (train.sum(0) + alpha * train.shape[0]) @ (items**2).sum(1)
    return float(fit + model.regularisation / alpha**0.5 * (of_users + of_items))


@given(seed=st.integers(0, 50))
def test_each_half_step_is_the_minimum(seed: int) -> None:
    train, model = (
        taken(seed),
        IALS(unobserved=0.2, regularisation=0.1, embedding_size=3, seed=seed),
    )
    items = torch.randn(9, 3, generator=torch.Generator().manual_seed(seed))
    users = model._solve(train, items)
    best = loss(model, train.toarray(), users.numpy(), items.numpy())
    rng = np.random.default_rng(seed)
    for _ in range(5):
        moved = users.numpy() + rng.normal(scale=0.05, size=users.shape)
        assert loss(model, train.toarray(), moved, items.numpy()) > best - 1e-6


def test_the_loss_falls_from_epoch_to_epoch() -> None:
    train, losses = taken(0), []
    for epochs in (1, 2, 4, 8):
        model = IALS(embedding_size=4, epochs=epochs).fit(train)
        users = model._solve(train, model._items)
        losses.append(loss(model, train.toarray(), users.numpy(), model._items.numpy()))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0]


def test_the_size_of_a_batch_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    train = taken(1, users=40, items=30)
    whole = IALS(embedding_size=5).fit(train).score(train)
    for most in (1, 400, 3000):
        monkeypatch.setattr(ials, "_MOST_NUMBERS", most)
        np.testing.assert_allclose(IALS(embedding_size=5).fit(train).score(train), whole, atol=1e-4)


def test_a_stranger_with_the_same_history_gets_the_same_scores() -> None:
    train = taken(2)
    model = IALS(embedding_size=4).fit(train)
    stranger = csr_matrix(train[3])
    np.testing.assert_allclose(model.score(stranger)[0], model.score(train)[3], atol=1e-5)
    assert not model.score(csr_matrix((2, 9), dtype=np.float32)).any()


def test_same_seed_same_scores() -> None:
    train = taken(3)
    scores = [IALS(embedding_size=4, seed=seed).fit(train).score(train) for seed in (0, 0, 1)]
    assert np.array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])
