from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.gnn.linear import pairs
from kgrec.gnn.linear.closed_form import ridge_weights
from kgrec.gnn.linear.pairs import PairModel, closed_form_pairs, masked_affinity, shared_pairs


def bare_model(
    weights: csr_matrix, bias: np.ndarray, vectors: np.ndarray, power: float
) -> PairModel:
    gates = np.ones(0, dtype=np.float32)
    nothing = csr_matrix(weights.shape, dtype=np.float32)
    return PairModel(weights, bias, power, vectors, 1.0, gates, nothing)


def random_hubs(seed: int, hubs: int = 6, items: int = 9) -> csr_matrix:
    dense = np.random.default_rng(seed).random((hubs, items)) < 0.25
    return csr_matrix(dense.astype(np.float32))


def random_model(seed: int, items: int = 6) -> PairModel:
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(items, items)) * (rng.random((items, items)) < 0.4)
    np.fill_diagonal(weights, 0)
    return PairModel(
        weights=csr_matrix(weights.astype(np.float32)),
        bias=rng.normal(size=items).astype(np.float32),
        history_power=0.5,
        vectors=rng.normal(size=(items, 3)).astype(np.float32),
        mix=0.3,
        gates=np.ones(1, dtype=np.float32),
        content=csr_matrix(np.where(rng.random((items, items)) < 0.2, 0.5, 0.0), dtype=np.float32),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_closed_form_is_kept_where_a_pair_shares_a_hub(seed: int) -> None:
    hubs = random_hubs(seed)
    found = closed_form_pairs(hubs, 2.0)
    shared = (hubs.T @ hubs).toarray() > 0
    np.fill_diagonal(shared, False)
    np.testing.assert_array_equal(found.toarray(), ridge_weights(hubs, 2.0) * shared)
    assert found.has_sorted_indices
    assert found.dtype == np.float32


def test_blocks_of_the_affinity_change_nothing() -> None:
    rng = np.random.default_rng(0)
    items = 1100  # more than a block
    shared = csr_matrix((rng.random((items, items)) < 0.002).astype(np.float32))
    vectors = torch.from_numpy(rng.normal(size=(items, 4)).astype(np.float32))
    masked = masked_affinity(vectors, shared)
    expected = (vectors @ vectors.T).numpy()[shared.nonzero()]
    np.testing.assert_allclose(masked.data, expected, rtol=1e-4, atol=1e-5)


def test_a_large_catalog_keeps_the_nearest_pairs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "MOST_ITEMS", 4)
    monkeypatch.setattr(pairs, "NEIGHBOURS", 2)
    hubs = random_hubs(1, hubs=30)
    common = (hubs.T @ hubs).toarray()
    cosine = common / np.sqrt(np.outer(common.diagonal(), common.diagonal()))
    np.fill_diagonal(cosine, 0)
    shared, closed = shared_pairs(hubs), closed_form_pairs(hubs, 1.0)
    assert (np.diff(shared.indptr) == 2).all()
    assert set(shared.data.tolist()) == {1.0}
    for row in range(9):
        assert closed[row].data.min() >= np.sort(cosine[row])[-2] - 1e-6
        places = shared[row].indices
        np.testing.assert_allclose(closed.toarray()[row, places], cosine[row, places], rtol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_scaled_sums_over_the_history(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_model(seed)
    dense = (np.random.default_rng(seed).random((5, 6)) < 0.5).astype(np.float32)
    dense[0] = 0
    counts = np.maximum(dense.sum(axis=1, keepdims=True), 1)
    paths = dense @ model.weights.toarray() / np.sqrt(counts)
    content = dense @ model.content.toarray() / np.sqrt(counts)
    expected = paths + content + model.bias
    histories = csr_matrix(dense)
    np.testing.assert_allclose(model.score(histories).numpy(), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.path_scores(histories).toarray(), paths, rtol=1e-5, atol=1e-6)
    for item in range(6):
        walked = model.walked(histories, np.full(5, item)).sum(axis=1).A1
        np.testing.assert_allclose(walked, paths[:, item], rtol=1e-5, atol=1e-6)
        carried = model.carried(histories, np.full(5, item))
        np.testing.assert_allclose(carried.sum(axis=1).A1, content[:, item], rtol=1e-5, atol=1e-6)
        assert not carried.toarray()[dense == 0].any()
        for row in range(5):
            history, counts = histories[[row]].indices, histories[[row]].data
            one = model.carried_from(history, counts, item)
            np.testing.assert_allclose(one, carried.toarray()[row, history], rtol=1e-6)
            score = model.score_from(history, counts, item)
            assert score == pytest.approx(float(expected[row, item]), rel=1e-5, abs=1e-6)
    assert model.score(histories)[0].tolist() == model.bias.tolist()
    alone = torch.cat([model.score(histories[[row]]) for row in range(5)])
    assert torch.equal(alone, model.score(histories))
    monkeypatch.setattr(pairs, "MOST_DENSE", 1)
    sparse = random_model(seed).score(histories)
    np.testing.assert_allclose(sparse.numpy(), expected, rtol=1e-5, atol=1e-6)


def test_only_what_a_path_leads_to_is_ranked() -> None:
    weights = csr_matrix(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=np.float32))
    bias = np.array([0.1, -0.2, 5.0], dtype=np.float32)
    vectors = np.zeros((3, 1), dtype=np.float32)
    model = bare_model(weights, bias, vectors, 0.5)
    histories = csr_matrix(np.array([[1, 0, 0], [0, 0, 1], [0, 0, 0]], dtype=np.float32))
    ranking = model.ranking(histories).tolist()
    assert ranking[0] == pytest.approx([-np.inf, 0.8, -np.inf])
    # Nowhere a path: what is popular.
    assert ranking[1] == ranking[2] == bias.tolist()


def test_paths_to_what_is_seen_or_no_candidate_lead_nowhere() -> None:
    weights = csr_matrix(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=np.float32))
    bias = np.array([0.1, -0.2, 5.0], dtype=np.float32)
    vectors = np.zeros((3, 1), dtype=np.float32)
    model = bare_model(weights, bias, vectors, 0.0)
    both = csr_matrix(np.array([[1, 1, 0]], dtype=np.float32))
    assert torch.equal(model.ranking(both), model.score(both))
    one = csr_matrix(np.array([[1, 0, 0]], dtype=np.float32))
    assert torch.equal(model.ranking(one, np.array([2])), model.score(one))
    assert model.ranking(one, np.array([1, 2])).isinf().tolist() == [[True, False, True]]
