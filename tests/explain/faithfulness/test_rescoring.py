from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec import Recommender
from kgrec.errors import ConfigError
from kgrec.explain.faithfulness import masked_model, rescored
from kgrec.gnn.linear.pairs import masked_affinity, shared_pairs
from kgrec.gnn.linear.recency import recent_histories

USERS = ("1", "4", "7")


@pytest.fixture(scope="module")
def of_paths(fitted: Recommender) -> Recommender:
    """A model whose scores are walks and popularity alone."""
    return fitted.with_model(
        dataclasses.replace(fitted.model, content=csr_matrix(fitted.model.weights.shape))
    )


def cases(rec: Recommender):
    histories = recent_histories(rec.features, rec.model.recency)
    for user in USERS:
        history = histories[rec.features.user_indices([user])]
        for item in rec.recommend(user, k=3).items:
            yield history, rec.features.item_index(item), rec.explain(user, item, paths=None)


def scores(model, history) -> np.ndarray:
    return model.score(history).numpy().ravel().astype(np.float64)


def test_a_pair_without_weight_loses_what_its_paths_carried(of_paths: Recommender) -> None:
    """No share enters here: a weight is set to zero, and the model scores."""
    checked = 0
    for history, target, why in cases(of_paths):
        before = scores(of_paths.model, history)
        for first in {path.nodes[1].id for path in why.paths[:4]}:
            weights = of_paths.model.weights.tolil()
            weights[of_paths.features.item_index(first), target] = 0
            blind = dataclasses.replace(of_paths.model, weights=csr_matrix(weights))
            lost = sum(path.share for path in why.paths if path.nodes[1].id == first)
            expected = before.copy()
            expected[target] -= lost
            np.testing.assert_allclose(scores(blind, history), expected, rtol=1e-4, atol=1e-4)
            checked += abs(lost) > 1e-3
    assert checked > 9


def test_a_model_without_vectors_loses_what_was_learned(of_paths: Recommender) -> None:
    model = of_paths.model
    learned = masked_affinity(torch.from_numpy(model.vectors), shared_pairs(of_paths.fitted_on))
    blind = dataclasses.replace(model, weights=csr_matrix(model.weights - learned))
    for history, target, why in cases(of_paths):
        expected = why.score - sum(path.learned for path in why.paths)
        assert scores(blind, history)[target] == pytest.approx(expected, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("chosen", [slice(0, 3), slice(2, 9, 3), slice(-2, None)])
def test_masked_paths_are_lost_and_no_other_item_loses(fitted: Recommender, chosen: slice) -> None:
    for history, target, why in cases(fitted):
        paths = why.paths[chosen]
        expected = scores(fitted.model, history)
        expected[target] -= sum(path.share for path in paths)
        found = rescored(fitted.model, fitted.features, history, paths)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_nothing_masked_is_the_model_itself(fitted: Recommender) -> None:
    history, _, _ = next(cases(fitted))
    same = masked_model(fitted.model, fitted.features, history, [])
    assert abs(same.weights - fitted.model.weights).max() == 0


def test_a_path_of_somebody_else_is_refused(fitted: Recommender) -> None:
    all_cases = list(cases(fitted))
    stranger = csr_matrix(all_cases[0][0].shape, dtype=np.float32)
    with pytest.raises(ConfigError, match="does not begin"):
        masked_model(fitted.model, fitted.features, stranger, all_cases[0][2].paths[:1])
