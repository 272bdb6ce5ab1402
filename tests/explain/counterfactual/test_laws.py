"""Small worlds in which every set can be tried: what the search says must be so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.explain.counterfactual.addition import Gains, smallest_addition
from kgrec.explain.counterfactual.bounds import best_margins, best_totals
from kgrec.explain.counterfactual.margins import Margins
from kgrec.explain.counterfactual.removal import (
    CHECK_STEPS,
    STEP,
    Budget,
    Smallest,
    smallest_removal,
)
from kgrec.explain.counterfactual.world import World, best, rank_of
from kgrec.gnn.linear.pairs import PairModel

ITEMS = 9


def make_world(seed: int, power: float, *, tied: bool, sparse: bool = False) -> World:
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(ITEMS, ITEMS)) * (rng.random((ITEMS, ITEMS)) < 0.8)
    content = np.zeros_like(weights) if sparse else rng.normal(size=(ITEMS, ITEMS)) * 0.3
    np.fill_diagonal(weights, 0)
    np.fill_diagonal(content, 0)
    model = PairModel(
        weights=csr_matrix(weights.astype(np.float32)),
        bias=rng.normal(size=ITEMS).astype(np.float32) * 0.5,
        history_power=float(rng.choice([0.0, 0.5, 1.0])),
        vectors=np.zeros((ITEMS, 1), np.float32),
        mix=1.0,
        gates=np.ones(1, np.float32),
        content=csr_matrix(content.astype(np.float32)),
        recency=power,
    )
    size = int(rng.integers(2, 6))
    history = rng.choice(ITEMS, size, replace=False)
    times = rng.integers(0, 3 if tied else 10**6, size)
    ages = np.array([1.0 + (times > time).sum() for time in times]) if power else np.ones(size)
    order = np.lexsort((history, ages))
    candidates = (
        None if rng.random() < 0.5 else np.sort(rng.choice(ITEMS, ITEMS - 2, replace=False))
    )
    return World(model, history[order], ages[order], power, candidates)


worlds = st.builds(
    make_world,
    st.integers(0, 10**6),
    st.sampled_from([0.0, 0.5, 1.5]),
    tied=st.booleans(),
    sparse=st.booleans(),
)


@given(worlds, st.integers(1, 4), st.integers(0, 3), st.booleans())
def test_the_smallest_removal_is_that_of_trying_all(
    world: World, k: int, place: int, returns: bool
) -> None:
    listed = best(world.now(), k)
    if not listed:
        return
    target = listed[place % len(listed)]

    def gone(chosen: tuple[int, ...]) -> bool:
        scores = world.without(np.array(chosen, dtype=np.int64), returns=returns)
        return target not in best(scores, k)

    size = len(world.history)
    smallest = next(
        (n for n in range(1, size + 1) if any(map(gone, combinations(range(size), n)))), None
    )
    found = smallest_removal(Margins(world, target, k, returns), gone, Budget(1e9))
    if found.chosen is not None:
        assert gone(found.chosen)
    if found.proved:
        assert len(found.chosen) == smallest
    assert found.at_least <= (smallest or size + 1)
    support = np.isin(range(size), Margins(world, target, k, returns).support).sum()
    if smallest is not None and smallest < support:
        assert found.proved


@given(worlds, st.integers(1, 3), st.integers(0, 10))
def test_the_smallest_addition_is_that_of_trying_all(world: World, k: int, place: int) -> None:
    scores = world.now()
    listed = best(scores, k)
    others = [i for i in np.flatnonzero(world.allowed) if i not in {*listed, *world.history}]
    if not others:
        return
    gains = Gains(world, int(others[place % len(others)]), k)

    def there(chosen: tuple[int, ...]) -> bool:
        return gains.wanted in best(world.with_items(gains.choices[list(chosen)]), k)

    tried = range(1, 4)
    choices = range(len(gains.choices))
    smallest = next((n for n in tried if any(map(there, combinations(choices, n)))), None)
    found = smallest_addition(gains, there, Budget(1e9))
    assert found.chosen is None or there(found.chosen)
    if smallest is not None:
        assert found.proved
        assert len(found.chosen) == smallest
    else:
        assert found.at_least > max(tried) or found.at_least > len(choices)


@given(worlds, st.integers(1, 4), st.integers(0, ITEMS - 1))
def test_margins_order_rivals_as_scores_do(world: World, removed: int, target: int) -> None:
    gone = list(range(min(removed, len(world.history) - 1)))
    if target in world.history or not world.allowed[target] or not gone:
        return
    margins = Margins(world, target, 1)
    scores = world.without(np.array(gone))
    if scores[target] == -np.inf:
        return
    found = margins.of(gone)
    for rival, margin in zip(margins.rivals, found, strict=True):
        if abs(margin) > 1e-4:
            assert (margin > 0) == (scores[rival] > scores[target])
    kept, after = margins.after_one_more(gone[:-1])
    assert after[kept.tolist().index(gone[-1])] == pytest.approx(found, abs=1e-9)


@given(worlds, st.integers(1, 3))
def test_no_set_beats_the_bound(world: World, removed: int) -> None:
    size = len(world.history)
    target = int(np.setdiff1d(np.arange(ITEMS), world.history)[0])
    margins = Margins(world, target, 1)
    if removed >= size:
        return
    pairs = margins.differences(removed)
    bound = best_totals(pairs, world.ages, removed, world.power)
    assert bound == pytest.approx(best_margins(pairs, world.ages, removed, world.power)[0, 0])
    for chosen in combinations(range(size), removed):
        assert (margins.of(chosen) <= bound + 1e-9).all()


def test_a_search_without_work_left_says_what_it_does_not_know() -> None:
    several = 0
    for seed in range(12):
        world = make_world(seed, 0.5, tied=False)
        target = best(world.now(), 1)[0]

        def gone(chosen: tuple[int, ...], world: World = world, target: int = target) -> bool:
            found = rank_of(world.without(np.array(chosen, dtype=np.int64)), target)
            return found is None or found > 3

        whole = smallest_removal(Margins(world, target, 3), gone, Budget(1e9))
        idle = smallest_removal(Margins(world, target, 3), gone, Budget(0))
        if len(whole.chosen or ()) > 1:
            several += 1
            assert idle.at_least == 1
            assert not idle.proved
    assert several


def led(*pairs: tuple[int, int], items: int, against: Sequence[tuple[int, int]] = ()) -> World:
    """Item 0 is liked; some items lead to others; popularity falls with the number."""
    weights = np.zeros((items, items), np.float32)
    for linked, weight in ((pairs, 1), (against, -2)):
        for start, end in linked:
            weights[start, end] = weight
    model = PairModel(
        weights=csr_matrix(weights),
        bias=np.linspace(0.1, 0, items, dtype=np.float32),
        history_power=0.5,
        vectors=np.zeros((items, 1), np.float32),
        mix=1.0,
        gates=np.ones(1, np.float32),
        content=csr_matrix((items, items), dtype=np.float32),
    )
    return World(model, np.array([0]), np.ones(1), 0.0, None)


def asked(gains: Gains, work: float = 1e9) -> tuple[list[list[int]], Smallest]:
    """The sets of items that the model was asked about, and what came of it."""
    sets = []

    def there(chosen: Sequence[int]) -> bool:
        sets.append(gains.choices[list(chosen)].tolist())
        return gains.wanted in best(gains.world.with_items(np.array(sets[-1])), gains.k)

    return sets, smallest_addition(gains, there, Budget(work))


def test_a_history_that_leads_nowhere_has_no_rivals() -> None:
    sets, found = asked(Gains(led((2, 3), items=4), 3, 1))
    assert len(Gains(led((2, 3), items=4), 3, 1).rivals) == 0
    # What leads to the wanted item is the first that is tried.
    assert sets == [[2]]
    assert found.proved


def test_what_nothing_leads_to_is_known_at_once() -> None:
    gains = Gains(led(*((0, end) for end in range(1, 13)), items=14), 13, 2)
    assert gains.hopeless
    sets, found = asked(gains)
    assert sets == []
    assert found == Smallest(None, 11)


def test_something_that_is_added_leads_to_the_wanted_item() -> None:
    rivals = range(1, 13)
    pairs = [*((0, end) for end in rivals), (15, 13)]
    # Without its rivals, which item 14 would push down, the wanted one is still not ranked.
    sets, found = asked(Gains(led(*pairs, items=16, against=[(14, end) for end in rivals]), 13, 2))
    assert sorted(map(sorted, sets)) == [[14, 15]]
    assert found.proved


def test_every_step_has_a_price() -> None:
    world = make_world(3, 0.5, tied=False)
    gains = Gains(world, int(np.setdiff1d(np.flatnonzero(world.allowed), world.history)[0]), 3)
    margins = Margins(world, best(world.now(), 1)[0], 6)
    tried = []
    for search, worth in ((smallest_addition, gains), (smallest_removal, margins)):
        calls: list[Sequence[int]] = []
        found = search(worth, lambda chosen, calls=calls: calls.append(chosen), Budget(30 * STEP))  # type: ignore[operator]
        assert found.chosen is None
        tried.append(len(calls))
    # Greedy searches ask about one set of each size; the rest is paid for.
    assert tried[0] <= 10 + 30 / CHECK_STEPS
    assert tried[1] <= 1 + len(world.history) + 30 / CHECK_STEPS
