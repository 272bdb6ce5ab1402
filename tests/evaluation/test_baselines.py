from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.evaluation import neighbours
from kgrec.evaluation.baselines import Baseline, Popularity, Random
from kgrec.evaluation.ease import EASE
from kgrec.evaluation.ials import IALS
from kgrec.evaluation.neighbours import ItemKNN, RP3beta

MODELS = [Popularity(), ItemKNN(), RP3beta(), EASE(), IALS(embedding_size=2)]


def clusters(users: int = 40, items: int = 24, seed: int = 0) -> csr_matrix:
    """Even users take even items, odd users odd ones."""
    rng = np.random.default_rng(seed)
    same = (np.arange(users)[:, None] + np.arange(items)) % 2 == 0
    return csr_matrix(((rng.random((users, items)) < 0.5) & same).astype(np.float32))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_scores_have_the_shape_of_the_rows(model: Baseline) -> None:
    train = clusters()
    scores = model.fit(train).score(train[:7])
    assert scores.shape == (7, 24)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_users_and_items_without_interactions_are_no_trouble(model: Baseline) -> None:
    train = clusters().tolil()
    train[3, :] = 0
    train[:, 5] = 0
    rows = csr_matrix(train)
    assert np.isfinite(model.fit(rows).score(rows)).all()


@pytest.mark.parametrize("model", MODELS[1:], ids=lambda model: model.name)
def test_everyone_gets_items_of_the_own_cluster_and_none_seen(model: Baseline) -> None:
    train = clusters()
    top = model.fit(train).recommend(train, 3)
    own = (np.arange(40)[:, None] + np.arange(24)) % 2 == 0
    left = (own & (train.toarray() == 0)).sum(axis=1)
    firsts = [(user, item) for user in range(40) for item in top.items[user][: left[user]]]
    assert len(firsts) > 100
    assert all(own[user, item] and not train[user, item] for user, item in firsts)


def test_popularity_ranks_by_users() -> None:
    train = csr_matrix(np.array([[1, 1, 0], [0, 1, 0], [0, 1, 1]], dtype=np.float32))
    top = Popularity().fit(train).recommend(csr_matrix((1, 3), dtype=np.float32), 3)
    assert top.items.tolist() == [[1, 0, 2]]


def test_random_lists_differ_from_user_to_user_and_repeat_with_the_seed() -> None:
    train = clusters()
    lists = [Random(seed).fit(train).recommend(train, 5).items for seed in (0, 0, 1)]
    assert np.array_equal(lists[0], lists[1])
    assert not np.array_equal(lists[0], lists[2])
    assert len(np.unique(lists[0], axis=0)) > 30
    assert len(np.unique(lists[0])) == 24


def test_item_knn_is_the_shrunk_cosine() -> None:
    train = clusters()
    dense = train.toarray()
    common = dense.T @ dense
    norms = np.sqrt(np.outer(dense.sum(0), dense.sum(0)))
    similar = common / (norms + 7.0)
    np.fill_diagonal(similar, 0)
    scores = ItemKNN(neighbours=24, shrinkage=7.0).fit(train).score(train)
    np.testing.assert_allclose(scores, dense @ similar, rtol=1e-5)


def test_item_knn_keeps_the_nearest_of_each_scored_item() -> None:
    train = clusters()
    dense = train.toarray()
    scores = ItemKNN(neighbours=1, shrinkage=0.0).fit(train).score(csr_matrix(np.eye(24)))
    # Each column holds the one neighbour of its item.
    assert ((scores > 0).sum(axis=0) == 1).all()
    common = dense.T @ dense
    cosine = common / np.sqrt(np.outer(dense.sum(0), dense.sum(0)))
    np.fill_diagonal(cosine, 0)
    np.testing.assert_allclose(scores.max(axis=0), cosine.max(axis=0), rtol=1e-5)


@pytest.mark.parametrize("most", [2**25, 1], ids=["dense", "sparse"])
def test_rp3beta_is_a_walk_of_three_steps(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_MOST_DENSE", most)
    train = clusters()
    dense = train.toarray().astype(np.float64)
    forth = (dense.T / dense.sum(0)[:, None]) ** 0.7
    back = (dense / dense.sum(1)[:, None]) ** 0.7
    walks = forth @ back / dense.sum(0) ** 0.4
    np.fill_diagonal(walks, 0)
    scores = RP3beta(alpha=0.7, beta=0.4, neighbours=24).fit(train).score(train)
    np.testing.assert_allclose(scores, dense @ walks, rtol=1e-4)


@pytest.mark.parametrize("users", [10, 40], ids=["fewer users", "fewer items"])
def test_ease_is_the_closed_form(users: int) -> None:
    train = clusters(users=users)
    dense = train.toarray().astype(np.float64)
    inverse = np.linalg.inv(dense.T @ dense + 5.0 * np.eye(24))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    scores = EASE(regularisation=5.0).fit(train).score(train)
    np.testing.assert_allclose(scores, dense @ weights, atol=1e-5)


def test_ease_is_the_best_linear_model_without_a_diagonal() -> None:
    train = clusters()
    dense = train.toarray().astype(np.float64)
    model = EASE(regularisation=5.0).fit(train)
    weights = model.score(csr_matrix(np.eye(24, dtype=np.float32))).astype(np.float64)

    def loss(matrix: np.ndarray) -> float:
        return float(((dense - dense @ matrix) ** 2).sum() + 5.0 * (matrix**2).sum())

    rng = np.random.default_rng(0)
    for _ in range(20):
        step = rng.normal(scale=0.01, size=weights.shape)
        np.fill_diagonal(step, 0)
        assert loss(weights + step) > loss(weights)


def test_ease_refuses_a_catalog_that_does_not_fit() -> None:
    with pytest.raises(ConfigError, match=r"limited to 12,000 items"):
        EASE().fit(csr_matrix((2, 12_001), dtype=np.float32))


def test_parameters_show_what_was_chosen() -> None:
    assert RP3beta(beta=0.1).parameters == {"alpha": 0.8, "beta": 0.1, "neighbours": 200}
    assert Popularity().parameters == {}
    assert repr(EASE()) == "EASE(regularisation=200.0)"
