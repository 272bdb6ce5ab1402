from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.explain.faithfulness import Rivals, area, delete, deletion_curve, insertion_curve, keep
from kgrec.index import top_k

RIVALS = Rivals.of([5.0, 9.0, -np.inf, 1.0, 7.0])
NUMBERS = st.floats(-5, 5, allow_nan=False).map(lambda value: round(value, 3))


def test_ranks_count_those_above_and_ties_are_for_the_item() -> None:
    assert RIVALS.ranks([10, 9, 8.9, 7, 0]).tolist() == [1, 1, 2, 2, 5]


def test_deleted_and_kept_paths_by_hand(explanation) -> None:
    why = explanation([4.0, 3.0, 1.0], rest=2.0)
    first = delete(why, RIVALS, [0])
    assert (first.score, first.new_score, first.rank, first.new_rank) == (10, 6, 1, 3)
    assert (first.rank_drop, first.score_drop) == (2, 4)
    assert delete(why, RIVALS, [2]).rank_drop == 0  # ties with the best rival
    alone = keep(why, RIVALS, [0])
    assert (alone.new_score, alone.new_rank) == (6, 3)
    assert delete(why, RIVALS, []).rank_drop == keep(why, RIVALS, [0, 1, 2]).rank_drop == 0


def test_curves_by_hand(explanation) -> None:
    why = explanation([4.0, 3.0, 1.0], rest=2.0)
    assert deletion_curve(why, RIVALS, [0, 1, 2]).tolist() == [1, 3, 4, 4]
    assert insertion_curve(why, RIVALS, [0, 1, 2]).tolist() == [4, 3, 1, 1]
    last = 1 / np.log2(5)
    expected = ((1 + 0.5) / 2 + (0.5 + last) / 2 + last) / 3
    assert area(np.array([1, 3, 4, 4])) == pytest.approx(expected)
    assert area(np.array([1])) == 1


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.lists(NUMBERS, max_size=8), NUMBERS)
def test_no_other_choice_loses_more_than_the_strongest(explanation, shares, rivals, rest) -> None:
    why, others = explanation(sorted(shares, reverse=True), rest), Rivals.of(rivals)
    for count in range(len(shares) + 1):
        most = delete(why, others, range(count)).new_score
        for chosen in combinations(range(len(shares)), count):
            assert delete(why, others, chosen).new_score >= most - 1e-9
            # To delete some is to keep the rest.
            left = [place for place in range(len(shares)) if place not in chosen]
            assert keep(why, others, left).new_score == pytest.approx(
                delete(why, others, chosen).new_score, abs=1e-9
            )


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.lists(NUMBERS, max_size=8), st.randoms())
def test_curves_run_from_all_paths_to_none_and_back(explanation, shares, rivals, random) -> None:
    why, others = explanation(shares, 0.25), Rivals.of([rival + 0.1234567 for rival in rivals])
    order = random.sample(range(len(shares)), len(shares))
    deleted, inserted = deletion_curve(why, others, order), insertion_curve(why, others, order)
    assert deleted[0] == inserted[-1] == others.ranks(why.score)
    assert deleted[-1] == inserted[0] == others.ranks(0.25)
    assert 0 < area(deleted) <= 1


def test_the_rank_is_that_of_the_list(fitted) -> None:
    for user in ("1", "2", "3"):
        table = fitted.recommend(user, k=40).to_polars()
        assert table["score"].n_unique() == table.height
        for item, rank, score in table.select("item", "rank", "score").iter_rows():
            others = table.filter(table["item"] != item)["score"]
            assert Rivals.of(others).ranks(score) == rank


def test_a_masked_score_gets_the_rank_of_a_new_ranking(fitted) -> None:
    table = fitted.recommend("4", k=40).to_polars()
    item = table["item"][0]
    why = fitted.explain("4", item, paths=None)
    effect = delete(why, Rivals.of(table["score"][1:]), [0, 1, 2])
    scores = np.array([effect.new_score, *table["score"][1:]], dtype=np.float32)
    import torch

    top = top_k(lambda *_: torch.from_numpy(scores)[None], 1, len(scores), len(scores))
    assert top.items[0].tolist().index(0) + 1 == effect.new_rank
    assert effect.rank_drop > 0
