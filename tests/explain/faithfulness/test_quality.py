from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import ConfigError
from kgrec.explain.faithfulness import (
    ending_relations,
    linking_interaction_diversity,
    linking_interaction_recency,
    path_type_concentration,
    path_type_diversity,
    popularities,
    recencies,
    shared_entity_diversity,
    shared_entity_popularity,
    smoothed,
)


@pytest.fixture(scope="module")
def lists(path) -> list:
    def fact(start: str, relation: str, hub: str, end: str):
        steps = (relation, f"entity:{hub}", f"^{relation}", f"item:{end}")
        return path("user:1", "interacted", f"item:{start}", *steps)

    first = [fact("a", "by", "X", "1"), fact("a", "by", "Y", "2"), fact("b", "in", "X", "3")]
    return [first, [fact("c", "by", "Z", "1")], []]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([10, 20, 40], [0, 5 / 17.5, 1]),
        ([40, 10, 20], [1, 0, 5 / 17.5]),
        ([1, 3, 3, 5], [0, 1.25 / 2.75, 1.25 / 2.75, 1]),
        ([2, 2, 2], [0, 0, 0]),
        ([7], [0]),
        ([], []),
    ],
)
def test_the_moving_average_by_hand(values: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(smoothed(values, beta=0.5), expected)


DIFFERENT = st.lists(st.integers(0, 10**6), min_size=2, max_size=30, unique=True)


@given(DIFFERENT, st.floats(0.05, 1))
def test_the_moving_average_is_that_of_the_library_where_nothing_is_tied(values, beta) -> None:
    average = pl.Series(sorted(values), dtype=pl.Float64).ewm_mean(alpha=beta, adjust=False)
    scaled = (average - average.min()) / (average.max() - average.min())
    np.testing.assert_allclose(np.sort(smoothed(values, beta)), scaled, atol=1e-7)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.randoms())
def test_the_moving_average_keeps_the_order_and_knows_none_among_equals(values, random) -> None:
    found = smoothed(values)
    assert found.min() == 0
    assert found.max() == (1 if len(set(values)) > 1 else 0)
    places = np.argsort(values, kind="stable")
    assert (np.diff(found[places]) >= -1e-12).all()
    shuffled = random.sample(range(len(values)), len(values))
    np.testing.assert_allclose(smoothed(np.array(values)[shuffled]), found[shuffled])


def test_a_decay_out_of_range_is_one_sentence() -> None:
    for beta in (0, 1.5):
        with pytest.raises(ConfigError, match="decay"):
            smoothed([1, 2], beta)


def test_recency_and_popularity_are_means_over_paths(lists: list) -> None:
    paths = lists[0]
    recency = {("user:1", "item:a"): 0.25, ("user:2", "item:b"): 1.0}
    assert linking_interaction_recency(paths, recency) == pytest.approx((0.25 + 0.25 + 0) / 3)
    popularity = {"entity:X": 1.0, "entity:Y": 0.4}
    assert shared_entity_popularity(paths, popularity) == pytest.approx((1 + 0.4 + 1) / 3)


def test_diversity_and_concentration_by_hand(lists: list) -> None:
    assert linking_interaction_diversity(lists) == pytest.approx((2 / 3 + 1) / 2)
    assert shared_entity_diversity(lists) == pytest.approx((2 / 3 + 1) / 2)
    assert path_type_diversity(lists, num_types=9) == pytest.approx((2 / 3 + 1) / 2)
    assert path_type_diversity(lists, num_types=2) == pytest.approx((2 / 2 + 1) / 2)
    # Types by, by, in: 1 - 2 / 6; a single path counts 0.
    assert path_type_concentration(lists) == pytest.approx((2 / 3 + 0) / 2)


def test_all_of_one_kind_is_least_and_all_different_is_most(lists: list, path) -> None:
    same = [[lists[0][0]] * 4]
    assert path_type_concentration(same) == 0
    assert path_type_diversity(same, 5) == linking_interaction_diversity(same) == 1 / 4
    kinds = [path("user:1", "interacted", f"item:{n}", f"kind {n}", "item:9") for n in range(4)]
    assert path_type_concentration([kinds]) == path_type_diversity([kinds], 5) == 1
    assert shared_entity_diversity([kinds]) == linking_interaction_diversity([kinds]) == 1


def test_without_paths_there_is_no_number() -> None:
    for found in (
        linking_interaction_recency([], {}),
        shared_entity_popularity([], {}),
        linking_interaction_diversity([[]]),
        shared_entity_diversity([]),
        path_type_diversity([[]], 3),
        path_type_concentration([[]]),
    ):
        assert math.isnan(found)


def test_recencies_are_those_of_each_user(tiny_graph) -> None:
    found = recencies(tiny_graph, ["1", "5"])
    assert {user for user, _ in found} == {"user:1", "user:5"}
    for user in ("user:1", "user:5"):
        taken = tiny_graph.edges.filter(
            (pl.col("head") == user) & (pl.col("relation") == "interacted")
        ).sort("timestamp")
        values = [found[user, item] for item in taken["tail"]]
        assert values == sorted(values)
        assert (values[0], values[-1]) == (0, 1)


def test_interactions_without_a_time_have_no_recency(build) -> None:
    assert recencies(build([("1", "a"), ("1", "b")]), ["1"]) == {}


def test_popularities_are_within_each_type(build) -> None:
    facts = [("a", "directed_by", "X"), ("b", "directed_by", "X"), ("c", "directed_by", "Y")]
    facts += [("a", "has_genre", "G"), ("b", "has_genre", "H"), ("c", "has_genre", "H")]
    labels = [("X", "X", "Person"), ("Y", "Y", "Person"), ("G", "G", "Genre"), ("H", "H", "Genre")]
    graph = build([("1", "a"), ("2", "b"), ("2", "c")], facts=facts, labels=labels)
    found = popularities(graph)
    assert (found["entity:X"], found["entity:Y"]) == (1, 0)
    assert (found["entity:H"], found["entity:G"]) == (1, 0)
    assert (found["user:2"], found["user:1"]) == (1, 0)
    assert ending_relations(graph) == 3
