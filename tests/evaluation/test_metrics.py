from __future__ import annotations

import itertools
import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.errors import ConfigError, DataError
from kgrec.evaluation.metrics import catalog_coverage, mean_metrics, ranking_metrics

Ids = dict[str, list[str]]
KS = (1, 2, 5, 20)


def lists_frame(lists: Ids) -> pl.DataFrame:
    rows = [(u, i, rank) for u, items in lists.items() for rank, i in enumerate(items, 1)]
    return pl.DataFrame(
        rows, schema={"user": pl.String, "item": pl.String, "rank": pl.Int64}, orient="row"
    )


def held_out(test: Ids) -> pl.DataFrame:
    rows = [(u, i) for u, items in test.items() for i in items]
    return pl.DataFrame(rows, schema={"user": pl.String, "item": pl.String}, orient="row")


def reference(lists: Ids, test: Ids, k: int) -> dict[str, dict[str, float]]:
    """The definitions, one loop each."""
    result = {}
    for user, items in test.items():
        relevant = set(items)
        ranks = [r for r, i in enumerate(lists.get(user, [])[:k], 1) if i in relevant]
        best = sum(1 / math.log2(r + 1) for r in range(1, min(k, len(relevant)) + 1))
        result[user] = {
            f"Recall@{k}": len(ranks) / len(relevant),
            f"NDCG@{k}": sum(1 / math.log2(r + 1) for r in ranks) / best,
            f"MRR@{k}": 1 / ranks[0] if ranks else 0.0,
            f"Hit@{k}": 1.0 if ranks else 0.0,
            f"MAP@{k}": sum(hit / rank for hit, rank in enumerate(ranks, 1))
            / min(k, len(relevant)),
        }
    return result


names = st.sampled_from([f"i{n}" for n in range(12)])
users = st.sampled_from([f"u{n}" for n in range(6)])
all_lists = st.dictionaries(users, st.lists(names, unique=True, max_size=12), max_size=6)
all_tests = st.dictionaries(users, st.lists(names, min_size=1, max_size=8), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(lists=all_lists, test=all_tests)
def test_equals_the_definitions(lists: Ids, test: Ids) -> None:
    table = ranking_metrics(lists_frame(lists), held_out(test), KS)
    assert table["user"].to_list() == sorted(test)
    for k in KS:
        expected = reference(lists, test, k)
        for row in table.iter_rows(named=True):
            for name, value in expected[row["user"]].items():
                assert row[name] == pytest.approx(value, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(lists=all_lists, test=all_tests)
def test_recall_mrr_and_hit_grow_with_k(lists: Ids, test: Ids) -> None:
    table = ranking_metrics(lists_frame(lists), held_out(test), KS)
    for name in ("Recall", "MRR", "Hit"):
        for small, large in itertools.pairwise(KS):
            assert (table[f"{name}@{small}"] <= table[f"{name}@{large}"]).all()


@settings(max_examples=50, deadline=None)
@given(lists=all_lists, test=all_tests)
def test_ndcg_and_map_are_one_exactly_for_perfect_lists(lists: Ids, test: Ids) -> None:
    table = ranking_metrics(lists_frame(lists), held_out(test), KS)
    for row in table.iter_rows(named=True):
        relevant = set(test[row["user"]])
        for k in KS:
            top = lists.get(row["user"], [])[: min(k, len(relevant))]
            perfect = len(top) == min(k, len(relevant)) and set(top) <= relevant
            assert (row[f"NDCG@{k}"] > 1 - 1e-9) == perfect
            assert (row[f"MAP@{k}"] > 1 - 1e-9) == perfect
            assert row[f"NDCG@{k}"] <= 1 + 1e-9


@settings(max_examples=50, deadline=None)
@given(lists=all_lists, test=all_tests, seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(lists: Ids, test: Ids, seed: int) -> None:
    ranked, held = lists_frame(lists), held_out(test)
    shuffled = ranking_metrics(
        ranked.sample(fraction=1, shuffle=True, seed=seed),
        held.sample(fraction=1, shuffle=True, seed=seed),
        KS,
    )
    expected = ranking_metrics(ranked, held, KS)
    assert shuffled["user"].equals(expected["user"])
    for name in expected.columns[1:]:
        assert shuffled[name].to_list() == pytest.approx(expected[name].to_list())


def test_a_user_without_a_list_scores_zero_and_counts() -> None:
    table = ranking_metrics(lists_frame({"a": ["x"]}), held_out({"a": ["x"], "b": ["x"]}), (1,))
    assert table["Recall@1"].to_list() == [1.0, 0.0]
    assert mean_metrics(table)["NDCG@1"] == 0.5


def test_a_list_of_somebody_else_changes_nothing() -> None:
    held = held_out({"a": ["x"]})
    assert ranking_metrics(lists_frame({"b": ["x"]}), held)["Hit@10"].to_list() == [0.0]


def test_unsigned_ranks_are_fine() -> None:
    lists = lists_frame({"a": ["x", "y"]}).with_columns(pl.col("rank").cast(pl.UInt8))
    assert ranking_metrics(lists, held_out({"a": ["y"]}), (2,))["MRR@2"].to_list() == [0.5]


def test_an_empty_test_has_no_rows_and_means_of_zero() -> None:
    table = ranking_metrics(lists_frame({"a": ["x"]}), held_out({}), (10,))
    assert table.height == 0
    assert mean_metrics(table)["NDCG@10"] == 0.0


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"user": ["a", "a"], "item": ["x", "x"], "rank": [1, 2]}, "column 'item'.*twice"),
        ({"user": ["a", "a"], "item": ["x", "y"], "rank": [1, 1]}, "column 'rank'.*twice"),
        ({"user": ["a"], "item": ["x"], "rank": [0]}, "below 1"),
        ({"user": ["a"], "item": ["x"]}, "column 'rank'.*missing"),
    ],
)
def test_faulty_lists_are_refused(lists: dict[str, list[object]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        ranking_metrics(pl.DataFrame(lists), held_out({"a": ["x"]}))


@pytest.mark.parametrize("ks", [(), (0,), (10, -1)])
def test_cut_offs_below_one_are_refused(ks: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        ranking_metrics(lists_frame({}), held_out({"a": ["x"]}), ks)


def test_coverage_counts_items_that_anybody_gets() -> None:
    lists = lists_frame({"a": ["x", "y"], "b": ["x", "z"]})
    assert catalog_coverage(lists, 4, k=1) == 0.25
    assert catalog_coverage(lists, 4, k=2) == 0.75
