from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from kgrec import Recommender
from kgrec.errors import ConfigError
from kgrec.explain.faithfulness import PARTS, randomised, similarity


@pytest.mark.parametrize("part", PARTS)
def test_a_seed_gives_one_model_and_the_trained_one_stays(fitted: Recommender, part: str) -> None:
    before = {name: each.copy() for name, each in fitted.model.tensors().items()}
    one, same, other = (
        randomised(fitted.model, fitted.fitted_on, seed, part) for seed in (1, 1, 2)
    )
    assert abs(one.weights - same.weights).max() == 0
    assert abs(one.weights - other.weights).max() > 0.01
    for name, tensor in fitted.model.tensors().items():
        np.testing.assert_array_equal(tensor, before[name])


def test_a_model_that_learned_nothing_prefers_no_time(fitted: Recommender) -> None:
    model = dataclasses.replace(fitted.model, recency=0.75)
    kept = {part: randomised(model, fitted.fitted_on, part=part).recency for part in PARTS}
    assert kept == {"vectors": 0.75, "closed_form": 0.75, "all": 0.0}


def test_only_the_part_is_randomised(fitted: Recommender) -> None:
    model = fitted.model
    vectors = randomised(model, fitted.fitted_on, part="vectors")
    closed = randomised(model, fitted.fitted_on, part="closed_form")
    assert abs(vectors.vectors - model.vectors).max() > 0
    np.testing.assert_array_equal(vectors.gates, model.gates)
    np.testing.assert_array_equal(vectors.bias, model.bias)
    assert abs(vectors.content - model.content).max() == 0
    np.testing.assert_array_equal(closed.vectors, model.vectors)
    np.testing.assert_array_equal(np.sort(closed.content.data), np.sort(model.content.data))
    assert (closed.bias != model.bias).any()
    # The parts add up: what both change is the whole.
    whole = closed.weights + vectors.weights - model.weights
    assert abs(whole - model.weights).max() > 0.01


def test_paths_of_a_random_model_carry_its_scores_and_are_others(fitted: Recommender) -> None:
    blind = fitted.with_model(randomised(fitted.model, fitted.fitted_on))
    overlaps = []
    for user in [str(number) for number in range(1, 13)]:
        item = fitted.recommend(user, k=1).items[0]
        why, other = (rec.explain(user, item, paths=None) for rec in (fitted, blind))
        parts = sum(path.share for path in other.paths) + sum(other.rest.values())
        assert parts == pytest.approx(other.score, rel=1e-5, abs=1e-5)
        assert abs(other.rest["latent"]) < 1e-4 * max(1, abs(other.score))
        assert similarity(why, why).overlap == 1
        overlaps.append(similarity(why, other).overlap)
    assert np.mean(overlaps) < 0.8


def test_an_unknown_part_is_one_sentence(fitted: Recommender) -> None:
    with pytest.raises(ConfigError, match="no part 'heart'"):
        randomised(fitted.model, fitted.fitted_on, part="heart")  # type: ignore[arg-type]
