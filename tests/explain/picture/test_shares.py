from __future__ import annotations

import pytest

from kgrec.explain import Explanation
from kgrec.explain.picture.shares import in_words, parts


def test_the_parts_of_a_score_sum_to_one(explanation: Explanation) -> None:
    assert sum(part.share for part in parts(explanation)) == pytest.approx(1)


def test_parts_are_named_in_words(explanation: Explanation) -> None:
    names = [part.name for part in parts(explanation)]
    assert names == ["4 paths shown", "other paths", "popularity", "latent"]


def test_an_empty_score_has_no_parts() -> None:
    empty = Explanation("1", "2", "Two", 0.0, (), {"popularity": 0.0}, 0.0)
    assert parts(empty) == []


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.5, "50%"),
        (0.0994, "9.9%"),
        (0.0996, "10%"),
        (-0.02, "−2.0%"),
        (1e-5, "<0.1%"),
        (0, "0.0%"),
    ],
)
def test_shares_in_words(share: float, words: str) -> None:
    assert in_words(share) == words
