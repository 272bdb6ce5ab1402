from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.text.adapting.pairs import behaviour_pairs, draw_pairs, graph_pairs

ITEMS, ENTITIES = 9, 6


def world(seed: int) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    train = csr_matrix((rng.random((12, ITEMS)) < 0.3).astype(np.float32))
    nodes = ITEMS + ENTITIES
    facts = np.column_stack([rng.integers(0, nodes, 20), np.zeros(20), rng.integers(0, nodes, 20)])
    return train, facts.astype(np.int64), rng.random(nodes) < 0.8


@given(seed=st.integers(0, 500))
def test_partners_of_behaviour_share_a_user_and_have_texts(seed: int) -> None:
    train, _, described = world(seed)
    pairs = behaviour_pairs(train, described[:ITEMS], 40, np.random.default_rng(seed))
    together = (train.T @ train).toarray()
    for one, other in pairs.tolist():
        assert one != other
        assert together[one, other] > 0
        assert described[[one, other]].all()


@given(seed=st.integers(0, 500))
def test_partners_of_the_graph_are_neighbours_or_share_one(seed: int) -> None:
    _, facts, described = world(seed)
    pairs = graph_pairs(facts, ITEMS, described, 40, np.random.default_rng(seed))
    near = np.zeros((ITEMS + ENTITIES,) * 2, dtype=bool)
    near[facts[:, 0], facts[:, 2]] = near[facts[:, 2], facts[:, 0]] = True
    np.fill_diagonal(near, False)
    for one, other in pairs.tolist():
        assert one < ITEMS
        assert one != other
        assert near[one, other] or (near[one] & near[other]).any()
        assert described[[one, other]].all()


@given(seed=st.integers(0, 500), behaviour=st.sampled_from([0.0, 0.5, 1.0]))
def test_no_pair_comes_twice_and_the_seed_decides(seed: int, behaviour: float) -> None:
    train, facts, described = world(seed)
    draws = [
        draw_pairs(train, facts, described, 30, behaviour=behaviour, seed=seed) for _ in range(2)
    ]
    np.testing.assert_array_equal(*draws)
    assert len(draws[0]) <= 30
    unordered = {frozenset(pair) for pair in draws[0].tolist()}
    assert len(unordered) == len(draws[0])


def test_what_everybody_takes_is_nobodys_partner() -> None:
    # Item 0 is taken by all 200 users; 1 and 2 go together, and so do 3 and 4.
    train = np.zeros((200, 5), dtype=np.float32)
    train[:, 0] = 1
    train[:20, 1:3] = 1
    train[20:40, 3:5] = 1
    pairs = behaviour_pairs(
        csr_matrix(train), np.ones(5, dtype=bool), 500, np.random.default_rng(0)
    )
    begun = np.bincount(pairs[:, 0], minlength=5)
    assert begun.max() - begun.min() <= 1  # however popular
    own = {1: 2, 2: 1, 3: 4, 4: 3}
    partners = [own[one] == other for one, other in pairs.tolist() if one]
    assert np.mean(partners) > 0.6


def test_rare_neighbours_count_for_more() -> None:
    # All 8 items have entity 8, items 0 and 1 have entity 9 as well.
    facts = np.array([(item, 0, 8) for item in range(8)] + [(0, 0, 9), (1, 0, 9)])
    described = np.ones(10, dtype=bool)
    described[8:] = False
    pairs = graph_pairs(facts, 8, described, 800, np.random.default_rng(0))
    partners = pairs[pairs[:, 0] == 0, 1]
    assert np.mean(partners == 1) > 0.7


def test_nothing_to_pair() -> None:
    train, facts, described = world(0)
    none = np.zeros_like(described)
    assert draw_pairs(train, facts, none, 10, behaviour=0.5, seed=0).shape == (0, 2)
    empty = csr_matrix((3, ITEMS), dtype=np.float32)
    assert draw_pairs(empty, facts[:0], described, 10, behaviour=0.5, seed=0).shape == (0, 2)
