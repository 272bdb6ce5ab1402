from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.evaluation.evaluate import to_lists
from kgrec.evaluation.metrics import mean_metrics, ranking_metrics
from kgrec.features import Features
from kgrec.gnn import trial as module
from kgrec.gnn.trial import Trial
from kgrec.index import top_k


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [2, 20])
def test_metrics_are_those_of_the_evaluation(
    seed: int, k: int, random_features: Callable[..., Features]
) -> None:
    features = random_features(seed, users=12)
    trial = Trial(features.train, features.valid, 0.5, k)
    assert trial.possible
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(np.diff(features.valid.indptr))
    scores = torch.from_numpy(rng.normal(size=(len(rows), 7)).astype(np.float32))
    top = top_k(lambda a, b: scores[a:b], *scores.shape, k, seen=features.train[rows])
    users, items = (
        [features.users[row] for row in rows],
        np.array(features.items)[features.valid.nonzero()[1]],
    )
    test = pl.DataFrame(
        {"user": np.array(features.users)[features.valid.nonzero()[0]], "item": items}
    )
    expected = mean_metrics(
        ranking_metrics(to_lists(top, users, features.items), test, (k // 2, k))
    )
    measured = trial.measure(scores)
    assert measured == pytest.approx({name: expected[name] for name in measured})
    assert set(measured) == {f"NDCG@{k}", f"Recall@{k}", f"NDCG@{k // 2}"}


def test_sums_know_of_train_alone(random_features: Callable[..., Features]) -> None:
    features = random_features(1, users=12)
    trial = Trial(features.train, features.valid, 0.5)
    weights = np.random.default_rng(0).normal(size=(7, 7)).astype(np.float32)
    histories = features.train.toarray()[np.diff(features.valid.indptr) > 0]
    counts = np.maximum(histories.sum(axis=1, keepdims=True), 1)
    np.testing.assert_allclose(
        trial.sums(csr_matrix(weights)).numpy(),
        histories @ weights / np.sqrt(counts),
        rtol=1e-4,
        atol=1e-5,
    )


def test_without_validation_there_is_nothing_to_measure(
    random_features: Callable[..., Features],
) -> None:
    train = random_features(0).train
    assert not Trial(train, csr_matrix(train.shape, dtype=np.float32), 0.5).possible


def test_of_many_users_an_even_part_is_taken(
    monkeypatch: pytest.MonkeyPatch, random_features: Callable[..., Features]
) -> None:
    features = random_features(0, users=40)
    everyone = csr_matrix(np.ones((40, 7), dtype=np.float32))
    monkeypatch.setattr(module, "_MOST_USERS", 4)
    trial = Trial(features.train, everyone, 0.5)
    assert trial.relevant.shape == (4, 7)
    expected = features.train.toarray()[[0, 13, 26, 39]]
    np.testing.assert_array_equal(trial.histories.toarray(), expected)
