"""Shares against a slow reference, on random models fitted to random little worlds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.explain.walks import WalkFinder, Walks
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear import pairs
from kgrec.gnn.linear.fit import fit_linear
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import PairModel

World = tuple[Features, PairModel, FactHubs, WalkFinder]


def make_world(features: Features, config: Config) -> World:
    model, _ = fit_linear(features, NodeInputs(), config.gnn, seed=0, progress=Progress())
    hubs = FactHubs.of(features)
    fitted_on = features.history if config.gnn.refit else features.train
    return features, model, hubs, WalkFinder(model, fitted_on, hubs)


@pytest.fixture(scope="module", params=[(0, True), (1, True), (2, False), (3, True)])
def world(request: pytest.FixtureRequest, random_features: Callable, quick: Callable) -> World:
    seed, refit = request.param
    features = random_features(seed, users=10)
    return make_world(features, quick(gnn__epochs=2, gnn__refit=refit))


def cases(features: Features, seen: bool = False) -> list[tuple[int, np.ndarray, int]]:
    """User, history, and an item that is or is not in it."""
    return [
        (user, features.history[[user]].indices.astype(np.int64), item)
        for user in range(len(features.users))
        for item in range(len(features.items))
        if bool(features.history[user, item]) == seen
    ]


def hubs_of(walks: Walks, row: int, item: int, user: int, finder: WalkFinder) -> np.ndarray:
    """The hubs that a row stands for: other users, or one fact."""
    if walks.is_user[row]:
        return finder.users_between(int(walks.starts[row]), item, user)[0]
    return walks.hubs[[row]]


def holds(is_user: bool, hub: int, item: int, finder: WalkFinder) -> bool:
    return bool(finder.histories[hub, item] if is_user else finder.hubs.members[item, hub])


def test_shares_sum_to_what_the_model_says(world: World) -> None:
    features, model, _, finder = world
    scores = model.path_scores(features.history).toarray()
    for user, history, item in cases(features):
        walks = finder.find(history, item, user=user)
        assert walks.shares.sum() == pytest.approx(scores[user, item], rel=1e-5, abs=1e-7)


def test_every_pair_gets_its_weight_and_its_learned_part(world: World) -> None:
    features, model, _, finder = world
    weights = model.weights.toarray()
    taken = (finder.histories.T @ finder.histories).toarray() > 0
    affinity = np.where(taken, model.vectors @ model.vectors.T, 0)
    for user, history, item in cases(features):
        walks = finder.find(history, item, user=user)
        scale = len(history) ** -model.history_power if len(history) else 1
        for start in history:
            part = walks.starts == start
            assert walks.shares[part].sum() == pytest.approx(
                scale * weights[start, item], rel=1e-4, abs=1e-7
            )
            assert walks.learned[part].sum() == pytest.approx(
                scale * affinity[start, item], rel=1e-4, abs=1e-7
            )


def test_every_walk_exists_and_nobody_vouches_for_oneself(world: World) -> None:
    features, _, _, finder = world
    seen = 0
    for user, history, item in cases(features):
        walks = finder.find(history, item, user=user)
        assert np.isin(walks.starts, history).all()
        for row, start in enumerate(walks.starts.tolist()):
            is_user = bool(walks.is_user[row])
            hubs = hubs_of(walks, row, item, user, finder).tolist()
            assert len(hubs) == walks.counts[row] > 0
            for hub in hubs:
                assert holds(is_user, hub, start, finder)
                assert holds(is_user, hub, item, finder)
                assert not (is_user and hub == user)
        assert not walks.learned[~walks.is_user].any()
        seen += len(walks.starts)
    assert seen > 50


def test_a_share_is_in_proportion_to_the_dual_weight_of_its_hub(world: World) -> None:
    features, model, hubs, finder = world
    gates = model.gates[hubs.roles][:, None] if len(hubs.roles) else np.zeros((0, 1))
    taken = (finder.histories.T @ finder.histories).toarray() > 0
    learned = np.where(taken, model.vectors @ model.vectors.T, 0)
    np.fill_diagonal(learned, 0)
    closed = (model.weights.toarray() - learned) / model.mix
    rows = np.vstack([finder.histories.toarray(), hubs.members.toarray().T])
    roots = np.vstack([np.ones((len(features.users), 1)), gates])
    for user, history, item in cases(features):
        # What the regression does not expect already of each hub that holds the item.
        dual = (roots[:, 0] * np.maximum(1 - rows @ closed[:, item], 0.05)) * rows[:, item]
        walks = finder.find(history, item, user=user)
        for start in set(walks.starts.tolist()):
            part = np.flatnonzero(walks.starts == start)
            direct = walks.shares[part] - walks.learned[part]
            of_rows = []
            for row in part:
                hubs = hubs_of(walks, row, item, user, finder)
                places = hubs + len(features.users) * (not walks.is_user[row])
                of_rows.append(dual[places].sum())
                if walks.is_user[row]:
                    strengths = finder.users_between(start, item, user)[1]
                    np.testing.assert_allclose(strengths, dual[places], rtol=1e-2)
            expected = np.array(of_rows) / sum(of_rows) * direct.sum()
            np.testing.assert_allclose(direct, expected, rtol=1e-2, atol=1e-7)


def test_an_item_of_the_history_can_be_explained(world: World) -> None:
    features, _, _, finder = world
    for user, history, item in cases(features, seen=True):
        walks = finder.find(history, item, user=user)
        assert not (walks.starts == item).any()
        assert np.isfinite(walks.shares).all()
        for row in np.flatnonzero(walks.is_user):
            others = hubs_of(walks, row, item, user, finder)
            assert user not in others.tolist()
            assert len(others) == walks.counts[row] > 0


def test_no_history_no_walk(world: World) -> None:
    finder = world[3]
    walks = finder.find(np.zeros(0, dtype=np.int64), 0)
    assert len(walks.starts) == len(walks.shares) == 0


def test_in_a_large_catalog_shares_still_sum_and_no_walk_is_made_up(
    monkeypatch: pytest.MonkeyPatch, random_features: Callable, quick: Callable
) -> None:
    monkeypatch.setattr(pairs, "MOST_ITEMS", 5)
    monkeypatch.setattr(pairs, "NEIGHBOURS", 3)
    monkeypatch.setattr(pairs, "MOST_DENSE", 5)
    features = random_features(4, users=25, items=12, entities=4)
    features, model, _, finder = make_world(features, quick(gnn__epochs=2))
    scores = model.path_scores(features.history).toarray()
    weights = model.weights.toarray()
    assert (weights == 0).sum() > 24
    learned = pairs.shared_pairs(features.history).toarray() > 0
    silent = 0
    for user, history, item in cases(features):
        walks = finder.find(history, item, user=user)
        assert walks.shares.sum() == pytest.approx(scores[user, item], rel=1e-4, abs=1e-6)
        assert not (np.isin(walks.starts, np.flatnonzero(weights[:, item] == 0))).any()
        assert learned[walks.starts[np.abs(walks.learned) > 0], item].all()
        silent += int((weights[history, item] == 0).sum())
    assert silent > 10
