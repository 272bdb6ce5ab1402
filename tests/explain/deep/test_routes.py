from __future__ import annotations

import networkx as nx
import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from kgrec.explain.deep.groups import grouped, strongest
from kgrec.explain.deep.masks import learn_mask
from kgrec.explain.deep.routes import Routes
from kgrec.explain.deep.sketch import ITEM, USER

# User 0, item 1; 2 and 3 are of the history; 4 is a user between, 5 an entity.
ENDS = np.array([[0, 2], [0, 3], [4, 2], [4, 1], [3, 5], [1, 5], [2, 5], [3, 4]])
ALL = np.ones(len(ENDS), dtype=np.bool_)


@given(st.integers(0, 500), st.integers(3, 9), st.integers(0, 20))
def test_all_simple_paths_are_found(seed: int, size: int, edges: int) -> None:
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, size, (edges, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    used = rng.random(len(ends)) < 0.8
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(size))
    for edge in np.flatnonzero(used).tolist():
        graph.add_edge(*ends[edge].tolist(), key=edge)
    every = [
        tuple(key for _, _, key in path)
        for path in nx.all_simple_edge_paths(graph, USER, ITEM, cutoff=4)
        if len(path) > 1
    ]
    short = [path for path in every if len(path) < 4]
    routes = Routes.of(ends, size, used)
    found = [tuple(edge for edge in row if edge >= 0) for row in routes.edges.tolist()]
    assert sorted(found) == sorted(short or every)
    numbers = rng.normal(size=len(ends))
    on = np.unique(routes.edges[routes.edges >= 0])
    shares = routes.divided(numbers)
    np.testing.assert_allclose(shares.sum(), numbers[on].sum(), atol=1e-9)


def test_users_between_two_items_are_told_as_one() -> None:
    routes = Routes.of(ENDS, 6, ALL)
    assert len(routes) == 4
    users = np.arange(6) == 4
    shares = np.arange(1.0, 5.0)
    groups = grouped(routes, shares, shares, users)
    assert sum(group.count for group in groups) == 4
    assert [group.strength for group in groups] == [4.0, 3.0, 2.0, 1.0]
    more = np.vstack([ENDS, [[6, 2], [6, 1]]])
    routes = Routes.of(more, 7, np.ones(len(more), dtype=np.bool_))
    ones = np.ones(len(routes))
    groups = grouped(routes, ones, ones, np.isin(np.arange(7), [4, 6]))
    assert groups[0].count == 2
    assert groups[0].share == 2.0
    assert groups[0].through_users


def test_the_last_place_goes_to_a_fact() -> None:
    routes = Routes.of(ENDS, 6, ALL)
    through = (routes.nodes[:, 2] == 4).astype(float)
    groups = grouped(routes, through + 1, through + 1, np.arange(6) == 4)
    assert [group.through_users for group in groups] == [True, True, False, False]
    assert [group.through_users for group in strongest(groups, 2)] == [True, False]
    assert strongest(groups, 1) == groups[:1]
    assert strongest(groups, 0) == []


def needs(edges: list[int]) -> object:
    """A score that rests on some edges alone."""
    wanted = torch.zeros(len(ENDS))
    wanted[edges] = 1.0
    return lambda left: (wanted * left).sum()


def test_a_mask_keeps_the_path_that_is_needed() -> None:
    routes = Routes.of(ENDS, 6, ALL)
    for path in routes.edges:
        edges = path[path >= 0].tolist()
        logits = learn_mask(needs(edges), routes, len(ENDS), 0)
        assert set(np.argsort(-logits)[: len(edges)]) == set(edges)
        best = routes.edges[np.argmax(routes.divided(np.maximum(logits, 0)))]
        assert best.tolist() == path.tolist()


def test_a_mask_is_that_of_its_seed() -> None:
    routes = Routes.of(ENDS, 6, ALL)
    first, again, other = (learn_mask(needs([0]), routes, len(ENDS), seed) for seed in (3, 3, 4))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_a_score_that_owes_nothing_to_edges_is_no_trouble() -> None:
    routes = Routes.of(ENDS, 6, ALL)
    logits = learn_mask(lambda left: (0 * left).sum(), routes, len(ENDS), 0)
    assert np.isfinite(logits).all()
    assert np.isfinite(routes.divided(np.zeros(len(ENDS)))).all()
