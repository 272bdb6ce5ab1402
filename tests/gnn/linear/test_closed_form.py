from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.gnn.linear import closed_form
from kgrec.gnn.linear.closed_form import ridge_weights


@pytest.mark.parametrize("seed", range(5))
def test_solving_by_hubs_and_by_items_is_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hubs = csr_matrix((rng.random((9, 7)) < 0.4) * rng.random((9, 1)), dtype=np.float64)
    by_items = closed_form._inverse_by_items(hubs, 2.0)
    by_hubs = closed_form._inverse_by_hubs(hubs, 2.0)
    np.testing.assert_allclose(by_hubs, by_items, atol=1e-12)
    expected = np.linalg.inv(hubs.toarray().T @ hubs.toarray() + 2 * np.eye(7))
    np.testing.assert_allclose(by_items, expected, atol=1e-12)


def test_a_hub_of_half_the_weight_enters_as_its_root() -> None:
    rng = np.random.default_rng(3)
    dense = (rng.random((6, 5)) < 0.5).astype(np.float64)
    weights = rng.random(6)
    found = ridge_weights(csr_matrix(np.sqrt(weights)[:, None] * dense), 1.5)
    inverse = np.linalg.inv(dense.T @ np.diag(weights) @ dense + 1.5 * np.eye(5))
    expected = np.eye(5) - inverse / np.diag(inverse)
    np.testing.assert_allclose(found, expected - np.diag(np.diag(expected)), atol=1e-6)
    # The dual with weights: what the explanation divides a pair's weight by.
    off = expected - np.diag(np.diag(expected))
    dual = dense.T @ np.diag(weights) @ (dense - dense @ off) / 1.5
    np.testing.assert_allclose(dual - np.diag(np.diag(dual)), off, atol=1e-10)


def test_too_many_items_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_form, "MOST_ITEMS", 3)
    with pytest.raises(ConfigError, match="limited to 3 items"):
        ridge_weights(csr_matrix((2, 4)), 1.0)


def test_a_matrix_that_cannot_be_inverted_is_named() -> None:
    with pytest.raises(ConfigError, match="raise regularisation"):
        ridge_weights(csr_matrix(np.ones((3, 2))), 0.0)


def test_one_item_has_no_weight() -> None:
    assert ridge_weights(csr_matrix(np.ones((3, 1))), 1.0).tolist() == [[0.0]]
