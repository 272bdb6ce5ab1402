from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, vstack

from kgrec import Recommender
from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn import influence
from kgrec.gnn.influence import learned_from, leverage, most_influential
from kgrec.graph import KnowledgeGraph


def random_histories(seed: int, users: int, items: int) -> csr_matrix:
    rng = np.random.default_rng(seed)
    return csr_matrix((rng.random((users, items)) < 0.4).astype(np.float32))


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 9), st.sampled_from([0.5, 20.0]))
def test_leverage_is_what_a_row_adds_to_its_own_fit(
    seed: int, users: int, items: int, regularisation: float
) -> None:
    rows = random_histories(seed, users, items)
    dense = rows.toarray().astype(np.float64)
    hat = dense @ np.linalg.inv(dense.T @ dense + regularisation * np.eye(items)) @ dense.T
    found = leverage(rows, regularisation)
    assert found == pytest.approx(np.diag(hat), abs=1e-9)
    assert ((found > -1e-9) & (found < 1)).all()


def test_blocks_of_users_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = random_histories(3, 20, 6)
    whole = leverage(rows)
    monkeypatch.setattr(influence, "_BLOCK", 7)
    assert leverage(rows) == pytest.approx(whole, abs=1e-12)


@given(st.integers(0, 10**6))
def test_who_is_left_out_does_not_depend_on_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = random_histories(seed, 30, 12)
    found = influence.suspicion(rows)
    users, items = rng.permutation(30), rng.permutation(12)
    moved = influence.suspicion(csr_matrix(rows[users][:, items]))
    assert moved == pytest.approx(found[users], abs=1e-5)


def test_users_who_share_what_nobody_else_does_are_found() -> None:
    rng = np.random.default_rng(0)
    items, users = 300, 200
    taste = rng.random((users, 1)) < 0.5
    liked = np.arange(items) % 2 == 0
    chances = np.where(taste == liked, 0.12, 0.005) * np.where(np.arange(items) < 120, 2.0, 0.2)
    real = csr_matrix((rng.random((users, items)) < chances).astype(np.float32))
    length = int(np.median(np.diff(real.indptr)))
    fakes = np.zeros((10, items), dtype=np.float32)
    for row in fakes:
        row[rng.choice(items - 1, length, replace=False)] = 1
        row[-1] = 1
    found = most_influential(vstack([real, csr_matrix(fakes)]).tocsr(), 0.1)
    assert len(found) == 21
    assert (found >= users).sum() >= 8


def test_many_who_do_as_others_do_are_found_by_what_they_share() -> None:
    """Fillers as popular as anybody's: one by one they are told apart worse."""
    rng = np.random.default_rng(1)
    items, users = 300, 200
    popular = np.arange(1, items + 1) ** -0.7
    tastes = rng.random((4, items)) < 0.3
    real = np.zeros((users, items), dtype=np.float32)
    for row in real:
        chances = popular * np.where(tastes[rng.integers(4)], 1.0, 0.1)
        row[rng.choice(items, 25, replace=False, p=chances / chances.sum())] = 1
    fakes = np.zeros((40, items), dtype=np.float32)
    for row in fakes:
        row[rng.choice(items - 1, 24, replace=False, p=popular[:-1] / popular[:-1].sum())] = 1
        row[-1] = 1
    rows = csr_matrix(np.vstack([real, fakes]))
    alone = np.argsort(-influence.excess_leverage(rows), kind="stable")[:48]
    together = most_influential(rows, 0.2)
    assert len(together) == 48
    assert (together >= users).sum() >= 30
    assert (together >= users).sum() > (alone >= users).sum()


def test_users_who_are_all_alike_and_users_without_a_history() -> None:
    same = csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 0]], dtype=np.float32))
    assert influence.suspicion(same).tolist() == [0, 0, -np.inf]
    assert most_influential(same, 0.4).tolist() == []
    assert influence.suspicion(csr_matrix((2, 3), dtype=np.float32)).tolist() == [-np.inf] * 2


def test_those_who_are_left_out_keep_their_place_and_nothing_else(
    tiny_features: Features,
) -> None:
    learned = learned_from(tiny_features, 0.2)
    gone = most_influential(tiny_features.history, 0.2)
    assert len(gone) == int(0.2 * len(tiny_features.users))
    kept = np.setdiff1d(np.arange(len(tiny_features.users)), gone)
    for name in ("train", "valid", "train_ages", "history_ages"):
        before, after = getattr(tiny_features, name), getattr(learned, name)
        assert after[gone].nnz == 0
        assert (after[kept] != before[kept]).nnz == 0
    assert learned_from(tiny_features, 0.0) is tiny_features


def test_a_trimmed_model_serves_everybody_and_explains_by_those_it_knows(
    tiny_graph: KnowledgeGraph, tiny_features: Features, quick: Callable[..., Config]
) -> None:
    rec = Recommender(quick(gnn__trim=0.2, gnn__epochs=2, gnn__content=False)).fit(tiny_graph)
    gone = [tiny_features.users[u] for u in most_influential(tiny_features.history, 0.2)]
    table = rec.recommend(gone, 3).to_polars()
    assert table.height == 3 * len(gone)
    for user, item in table.select("user", "item").rows()[:6]:
        why = rec.explain(user, item, paths=None)
        assert {path.nodes[2].id for path in why.paths if path.through_users}.isdisjoint(gone)
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, rel=1e-5, abs=1e-6)
        assert why.rest["latent"] == pytest.approx(0, abs=1e-4 * max(1, abs(why.score)))
