from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.config import GnnConfig
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.facets import FacetEncoder, FacetTrainer
from kgrec.gnn.training.losses import full_softmax, history_scale, split_histories

GROUPS = np.arange(24) % 4
CONFIG = GnnConfig(embedding_size=8)


def some_content(seed: int, items: int = 9, *, described: bool = True) -> Content:
    """Facts, words and vectors by chance."""
    rng = np.random.default_rng(seed)
    facts, words = (
        csr_matrix(rng.random((items, 5)) * (rng.random((items, 5)) < 0.5)) for _ in "ab"
    )
    vectors = rng.normal(size=(items, 3)).astype(np.float32) if described else None
    return Content(
        csr_matrix(facts, dtype=np.float32),
        csr_matrix(words, dtype=np.float32),
        vectors,
        np.zeros(items, dtype=np.float32),
    )


def kinds(groups: np.ndarray) -> Content:
    """One fact for each item: its group."""
    facts = np.eye(int(groups.max()) + 1, dtype=np.float32)[groups]
    nothing = csr_matrix((len(groups), 0), dtype=np.float32)
    return Content(csr_matrix(facts), nothing, None, np.zeros(len(groups), dtype=np.float32))


def histories_of(seed: int, groups: np.ndarray, cold: tuple[int, ...] = ()) -> csr_matrix:
    """Users who mostly take items of one group, and of some items nobody."""
    rng = np.random.default_rng(seed)
    taste = rng.integers(0, groups.max() + 1, 100)
    chance = np.where(taste[:, None] == groups[None, :], 0.6, 0.05)
    taken = rng.random(chance.shape) < chance
    taken[:, list(cold)] = False
    return csr_matrix(taken.astype(np.float32))


def trainer(content: Content, seed: int = 0, **changes: object) -> FacetTrainer:
    return FacetTrainer(content, CONFIG.model_copy(update=changes), seed)


@given(st.integers(0, 500), st.booleans())
def test_weights_equal_their_formula(seed: int, described: bool) -> None:
    content = some_content(seed, described=described)
    warm = np.random.default_rng(seed).random(9) < 0.7
    torch.manual_seed(seed)
    encoder = FacetEncoder(content, warm, CONFIG)
    facets = [content.facts.toarray(), content.words.toarray()]
    weights = [encoder.of_facets.detach().numpy()]
    if content.vectors is not None:
        facets.append(content.vectors)
        weights.append(encoder.of_vectors.detach().numpy())
    of_content = np.hstack(facets) @ np.vstack(weights)[:, :-1]
    expected = (encoder.own.detach().numpy() + of_content) @ of_content.T
    expected[~warm] = 0
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(encoder.item_vectors().weights, expected, rtol=1e-3, atol=1e-6)


@torch.no_grad()
def test_scores_are_weights_of_the_history_and_how_popular_facets_are() -> None:
    content, histories = some_content(3), csr_matrix(np.eye(9, dtype=np.float32)[[0, 4]])
    torch.manual_seed(0)
    encoder = FacetEncoder(content, np.ones(9, dtype=np.bool_), CONFIG).eval()
    scores = encoder(histories, history_scale(histories, 0.5)).numpy()
    facets = np.hstack([content.facts.toarray(), content.words.toarray(), content.vectors])
    learned = np.vstack([encoder.of_facets.numpy(), encoder.of_vectors.numpy()])
    popular = facets @ learned[:, -1]
    weights = encoder.item_vectors().weights[[0, 4]] + popular
    # An item has no weight for itself, but in training it has a score.
    others = np.ones_like(weights, dtype=np.bool_)
    others[[0, 1], [0, 4]] = False
    np.testing.assert_allclose(scores[others], weights[others], rtol=1e-3, atol=1e-6)


def test_items_without_users_are_not_ranked_in_training() -> None:
    warm = np.arange(9) > 1
    torch.manual_seed(0)
    encoder = FacetEncoder(some_content(0), warm, CONFIG)
    histories = csr_matrix(np.tile(warm.astype(np.float32), (6, 1)))
    split = split_histories(histories, 0.5, np.random.default_rng(0))
    users, items = encoder.vectors(split.shown, history_scale(split.shown, 0.5))
    logits = users @ items.T + encoder.bias
    assert not logits.softmax(dim=1)[:, ~warm].any()
    full_softmax(users, items.detach().requires_grad_(), encoder.bias, split).backward()
    assert encoder.own.grad is not None
    assert not encoder.own.grad[~warm].any()
    assert encoder.own.grad[warm].any()


@settings(max_examples=8)
@given(st.integers(0, 2**31))
def test_what_is_known_of_items_without_users_teaches_nothing(seed: int) -> None:
    """Held-out items may judge the training because it cannot know them."""
    cold = (0, 5)
    histories = histories_of(seed, GROUPS, cold)
    changed = GROUPS.copy()
    changed[list(cold)] = 3
    weights = [
        trainer(kinds(groups), seed).fit(histories, 3).weights for groups in (GROUPS, changed)
    ]
    warm = np.setdiff1d(np.arange(24), cold)
    assert np.array_equal(weights[0][np.ix_(warm, warm)], weights[1][np.ix_(warm, warm)])
    assert not weights[0][list(cold)].any()
    assert weights[0][warm][:, list(cold)].any()


def test_items_alike_in_content_have_the_same_column() -> None:
    weights = trainer(kinds(GROUPS)).fit(histories_of(0, GROUPS, cold=(0,)), 4).weights
    for one, other in ((4, 8), (0, 20)):
        rest = np.setdiff1d(np.arange(24), [one, other])
        np.testing.assert_allclose(weights[rest, one], weights[rest, other], rtol=1e-5, atol=1e-8)
    # What an item says of others is its own affair, too.
    rest = np.setdiff1d(np.arange(24), [4, 8])
    assert not np.allclose(weights[4, rest], weights[8, rest], rtol=1e-3)


@pytest.mark.parametrize("described", [True, False])
def test_a_new_item_goes_to_those_who_like_its_kind(described: bool) -> None:
    histories, content = histories_of(1, GROUPS, cold=(0, 1)), kinds(GROUPS)
    if described:
        facts = content.facts.toarray()
        content = dataclasses.replace(content, facts=csr_matrix((24, 0)), vectors=facts)
    weights = trainer(content).fit(histories, 15).weights
    warm = np.arange(2, 24)
    same, other = warm[GROUPS[warm] == 0], warm[GROUPS[warm] != 0]
    assert weights[same, 0].min() > weights[other, 0].max()
    assert weights[same, 0].mean() > 0


def test_same_seed_same_bits_and_the_global_generator_is_left_alone() -> None:
    histories, content = histories_of(2, GROUPS), kinds(GROUPS)
    before = torch.get_rng_state()
    first = trainer(content).fit(histories, 3).weights
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(5)
    assert np.array_equal(first, trainer(content).fit(histories, 3).weights)
    assert not np.array_equal(first, trainer(content, seed=1).fit(histories, 3).weights)


def test_the_search_keeps_the_best_and_its_epochs_make_it_again() -> None:
    histories, learner = histories_of(3, GROUPS), trainer(kinds(GROUPS))
    seen: list[np.ndarray] = []

    def measure(weights: np.ndarray) -> dict[str, float]:
        seen.append(weights.copy())
        return {"NDCG@20": 1 / (1 + abs(len(seen) - 4))}

    best, epochs = learner.search(histories, measure)
    assert epochs == 4
    assert 4 < len(seen) < 30
    assert np.array_equal(best, seen[3])
    assert np.array_equal(best, learner.fit(histories, epochs).weights)


def test_settings_of_the_network_do_not_make_it_fail() -> None:
    histories, content = histories_of(0, GROUPS), some_content(0, 24)
    for changes in ({"loss": "bce"}, {"precision": "bfloat16"}, {"clip": 0.1, "warm_up": 3}):
        assert np.isfinite(trainer(content, **changes).fit(histories, 2).weights).all()


def test_nothing_known_of_items_gives_zeros() -> None:
    nothing = csr_matrix((24, 0), dtype=np.float32)
    content = Content(nothing, nothing, None, np.zeros(24, dtype=np.float32))
    assert not trainer(content).fit(histories_of(0, GROUPS), 3).weights.any()
    weights, _ = trainer(content).search(histories_of(0, GROUPS), lambda _: {"NDCG@20": 0.0})
    assert weights.shape == (24, 24)
    assert not weights.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 24), (5, 1), (3, 24)])
def test_too_little_to_learn_from_is_no_error(shape: tuple[int, int]) -> None:
    """One user, one item, or nobody with two items."""
    single = np.zeros(shape, dtype=np.float32)
    single[:, 0] = 1
    content = kinds(GROUPS[: shape[1]])
    for histories in (csr_matrix(single), csr_matrix(shape, dtype=np.float32)):
        weights = trainer(content).fit(histories, 2).weights
        assert weights.shape == (shape[1], shape[1])
        assert np.isfinite(weights).all()
