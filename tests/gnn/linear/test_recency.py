from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec import KnowledgeGraph
from kgrec.data import DatasetInfo, clean
from kgrec.features import Features
from kgrec.gnn.linear.recency import recent_histories, recent_train, weigh


def features_of(train: list[tuple[str, str, int | None]], valid: list[tuple]) -> Features:
    def table(rows: list[tuple]) -> pl.DataFrame:
        schema = {"user": pl.String, "item": pl.String, "timestamp": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    tables = {"train": table(train), "valid": table(valid), "test": table([])}
    return Features.of(KnowledgeGraph.build(clean(tables, DatasetInfo(name="times"))))


def test_the_latest_item_is_the_youngest_and_ties_share_a_place() -> None:
    features = features_of(
        [("a", "x", 10), ("a", "y", 30), ("a", "z", 30), ("b", "x", 5)], [("a", "w", 40)]
    )
    place = {item: index for index, item in enumerate(features.items)}
    train, history = features.train_ages.toarray()[0], features.history_ages.toarray()[0]
    assert [train[place[item]] for item in "xyzw"] == [3, 1, 1, 0]
    assert [history[place[item]] for item in "xyzw"] == [4, 2, 2, 1]
    assert (features.history_ages.toarray() > 0).tolist() == (
        features.history.toarray() > 0
    ).tolist()


def test_what_is_later_weighs_more_and_a_user_keeps_the_sum() -> None:
    features = features_of([("a", "x", 10), ("a", "y", 30), ("b", "x", 5)], [("a", "w", 40)])
    place = {item: index for index, item in enumerate(features.items)}
    weights = recent_histories(features, 1.0).toarray()
    x, y, w = (weights[0, place[item]] for item in "xyw")
    assert w == pytest.approx(2 * y)
    assert w == pytest.approx(3 * x)
    assert weights.sum(axis=1).tolist() == pytest.approx([3.0, 1.0])
    assert recent_train(features, 1.0)[0, place["y"]] == pytest.approx(4 / 3)


def test_without_times_all_weigh_alike(random_features: Callable[..., Features]) -> None:
    features = random_features(0)
    assert features.history_ages is None
    assert recent_histories(features, 2.0) is features.history


@given(st.integers(0, 2**31), st.floats(0.05, 3.0))
def test_weights_sum_to_the_number_of_items(seed: int, power: float) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 6, size=(5, 8)).astype(np.float32)
    ages = csr_matrix(dense)
    histories = csr_matrix((dense > 0).astype(np.float32))
    weights = weigh(histories, ages, power)
    sums = np.asarray(weights.sum(axis=1)).ravel()
    np.testing.assert_allclose(sums, np.diff(histories.indptr), rtol=1e-4)
    assert ((weights.toarray() > 0) == (dense > 0)).all()
