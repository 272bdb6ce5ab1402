from __future__ import annotations

import polars as pl
import pytest

from kgrec.evaluation.explanations.claims import ALL, claims


def table(**changed: list[float]) -> pl.DataFrame:
    """Four recommendations of three users."""
    columns: dict[str, list[float]] = {
        "strongest_rank_drop": [6, 0, 4, 2],
        "strongest_score_drop": [3, 2, 4, 1],
        "random_rank_drop": [2, 0, 2, 0],
        "random_score_drop": [1, 1, 1, 0],
        "shortest_rank_drop": [1, 0, 4, 1],
        "shortest_score_drop": [1, 1, 4, 0],
        "attention_rank_drop": [5, 0, 4, 1],
        "attention_score_drop": [2, 1, 4, 0],
        "random_same_paths": [0, 0, 0, 0],
        "shortest_same_paths": [0, 0, 1, 0],
        "attention_same_paths": [0, 0, 1, 0],
    }
    return pl.DataFrame({"user": ["1", "1", "2", "3"], **columns, **changed})


def test_shares_by_hand() -> None:
    found = claims(table())
    # User 1 wins one of two, and each user counts alike.
    assert found["random"].places.mean == pytest.approx((0.5 + 0 + 1) / 3)
    assert found["random"].score.mean == pytest.approx((0.5 + 1 + 1) / 3)
    assert found["shortest"].places.mean == pytest.approx((0.5 + 0 + 1) / 3)
    assert found["attention"].score.mean == pytest.approx((1 + 0 + 1) / 3)
    assert found[ALL].score.mean == pytest.approx((0.5 + 0 + 1) / 3)
    assert found[ALL].places.low <= found[ALL].places.mean <= found[ALL].places.high


def test_a_control_that_picks_the_same_paths_is_told_apart() -> None:
    found = claims(table())["attention"]
    assert found.others == 3
    assert found.other_score is not None
    assert found.other_score.mean == 1
    assert found.score.mean < 1
    always = claims(table(attention_same_paths=[1, 1, 1, 1]))
    assert (always["attention"].others, always["attention"].other_places) == (0, None)
    assert always[ALL].to_dict()["other_score"] is None
