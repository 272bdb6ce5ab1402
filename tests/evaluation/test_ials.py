from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.evaluation.ials import IALS
from kgrec.gnn.linear.least_squares import LeastSquares


def taken(seed: int, users: int = 12, items: int = 9) -> csr_matrix:
    rng = np.random.default_rng(seed)
    return csr_matrix(rng.random((users, items)) < 0.3, dtype=np.float32)


def test_every_setting_reaches_the_least_squares() -> None:
    train = taken(0)
    model = IALS(unobserved=0.4, regularisation=0.02, embedding_size=4, epochs=2, seed=5)
    squares = LeastSquares(0.4, 0.02, 4, 2, 5)
    items = squares.items(train)
    expected = squares.solve(train, items) @ items.T
    torch.testing.assert_close(torch.from_numpy(model.fit(train).score(train)), expected)


def test_what_was_taken_scores_above_what_was_not() -> None:
    train = taken(1)
    scores = IALS(embedding_size=8).fit(train).score(train)
    assert scores.shape == train.shape
    known = train.toarray() > 0
    assert scores[known].min() > np.median(scores[~known])


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


def test_no_vector_is_longer_than_there_are_items() -> None:
    train = taken(5)
    scores = [IALS(embedding_size=size).fit(train).score(train) for size in (9, 128)]
    assert np.array_equal(*scores)


@pytest.mark.parametrize("name", list(IALS.grid))
def test_the_grid_holds_settings_that_matter(name: str) -> None:
    train = taken(4)
    low, *_, high = (
        IALS(embedding_size=4, **{name: value}).fit(train).score(train) for value in IALS.grid[name]
    )
    assert not np.allclose(low, high, atol=1e-4)
