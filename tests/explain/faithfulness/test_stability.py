from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import ConfigError
from kgrec.explain.faithfulness import Similarity, similarity, stability


def strongest_first(why, *order: int):
    return replace(why, paths=tuple(why.paths[place] for place in order))


def test_agreement_of_three_seeds_by_hand(explanation, path) -> None:
    direct = path("user:u", "interacted", "item:9", "followed_by", "item:i")
    why = explanation([3.0, 2.0])
    other = explanation([], paths=[direct])
    found = stability([[why, strongest_first(why, 1, 0), other], [why, why, why]])
    assert found.recommendations == 2
    assert found.same_type == pytest.approx((1 / 3 + 1) / 2)
    assert found.same_path == pytest.approx((0 + 1) / 2)
    assert found.all_same_type == found.all_same_path == 0.5


def test_no_path_agrees_with_no_path_alone(explanation) -> None:
    none, some = explanation([]), explanation([1.0])
    assert stability([[none, none]]).same_path == 1
    assert stability([[none, some]]).same_type == 0


def test_what_cannot_be_compared_is_one_sentence(explanation) -> None:
    why = explanation([1.0])
    with pytest.raises(ConfigError, match="no recommendation"):
        stability([])
    with pytest.raises(ConfigError, match="at least two"):
        stability([[why]])
    with pytest.raises(ConfigError, match="same user and item"):
        stability([[why, replace(why, item="other")]])


def test_similarity_by_hand(explanation) -> None:
    first = explanation([5.0, 4.0, 3.0, 2.0])
    turned = explanation([2.0, 3.0, 4.0, 5.0])
    turned = strongest_first(turned, 3, 2, 1, 0)
    assert similarity(first, turned, top=2) == Similarity(pytest.approx(-1), 0.0, 0.5)
    assert similarity(first, first, top=3) == Similarity(pytest.approx(1), 1.0, 0.75)


def test_a_path_that_one_lacks_has_no_share_there(explanation) -> None:
    first, second = explanation([5.0, 4.0, 3.0]), explanation([5.0, 4.0])
    assert similarity(first, second, top=1).correlation == pytest.approx(1)
    assert similarity(first, second, top=1).by_chance == pytest.approx(1 / 3)


def test_where_nothing_can_be_compared_it_is_nan(explanation) -> None:
    few = similarity(explanation([2.0, 1.0]), explanation([2.0, 1.0]), top=3)
    assert few.correlation == pytest.approx(1)
    assert math.isnan(few.overlap)
    for shares in ([1.0, 1.0], [1.0], []):
        assert math.isnan(similarity(explanation(shares), explanation(shares)).correlation)


@given(st.lists(st.integers(1, 50), min_size=5, max_size=9, unique=True), st.integers(0, 99))
def test_similarity_is_symmetric_for_the_same_paths(explanation, shares, seed) -> None:
    one = explanation([float(share) for share in shares])
    other = explanation([float((share * 7 + seed) % 53) for share in shares])
    by_share = [
        replace(why, paths=tuple(sorted(why.paths, key=lambda path: -path.share)))
        for why in (one, other)
    ]
    there, back = similarity(*by_share), similarity(*reversed(by_share))
    assert there.correlation == pytest.approx(back.correlation)
    assert there.overlap == back.overlap
