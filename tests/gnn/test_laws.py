"""The parts of the model against slow references."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.gnn.linear import alignment, pairs
from kgrec.gnn.linear.closed_form import ridge_weights
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.propagation import RelationalAdjacency
from kgrec.gnn.training.losses import full_softmax, history_scale, split_histories


def random_matrix(seed: int, rows: int, columns: int, density: float = 0.4) -> csr_matrix:
    dense = np.random.default_rng(seed).random((rows, columns)) < density
    return csr_matrix(dense.astype(np.float32))


@given(st.integers(0, 500), st.integers(2, 15), st.integers(2, 12), st.floats(0.5, 50))
def test_closed_form_is_ridge_and_its_dual_holds(
    seed: int, rows: int, items: int, regularisation: float
) -> None:
    hubs = random_matrix(seed, rows, items)
    dense = hubs.toarray().astype(np.float64)
    inverse = np.linalg.inv(dense.T @ dense + regularisation * np.eye(items))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    weights = ridge_weights(hubs, regularisation)
    assert np.allclose(weights, expected, atol=1e-5)
    dual = dense.T @ (dense - dense @ expected) / regularisation
    np.fill_diagonal(dual, 0)
    assert np.allclose(dual, expected, atol=1e-8)


@given(st.integers(0, 500))
def test_propagation_equals_a_dense_reference_with_its_gradients(seed: int) -> None:
    rng = np.random.default_rng(seed)
    facts = np.unique(rng.integers(0, [6, 2, 6], size=(9, 3)), axis=0)
    layer = RelationalAdjacency(facts, 6, 2)
    layer.gates.data = torch.from_numpy(rng.normal(size=4).astype(np.float32))
    vectors = torch.from_numpy(rng.normal(size=(6, 3)).astype(np.float32)).requires_grad_()
    gates = layer.gates.detach().clone().requires_grad_()
    copy = vectors.detach().clone().requires_grad_()
    dense = torch.zeros(6, 6)
    degrees = np.bincount(facts[:, [0, 2]].ravel(), minlength=6).clip(1)
    for head, relation, tail in facts.tolist():
        norm = 1 / float(np.sqrt(degrees[head] * degrees[tail]))
        first, second = torch.zeros(6, 6), torch.zeros(6, 6)
        first[head, tail], second[tail, head] = norm, norm
        dense = dense + gates[relation] * first + gates[relation + 2] * second
    weight = torch.from_numpy(rng.normal(size=(6, 3)).astype(np.float32))
    (layer(vectors) * weight).sum().backward()
    ((dense @ copy) * weight).sum().backward()
    assert torch.allclose(layer(vectors), dense @ copy, atol=1e-5)
    assert torch.allclose(vectors.grad, copy.grad, atol=1e-5)
    assert torch.allclose(layer.gates.grad, gates.grad, atol=1e-4)


@given(st.integers(0, 500))
def test_kernel_products_equal_centred_dense_kernels(seed: int) -> None:
    factors = [random_matrix(seed + shift, 7, 4).astype(np.float64) for shift in range(3)]
    kernels = []
    for factor in factors:
        kernel = (factor @ factor.T).toarray()
        np.fill_diagonal(kernel, 0)
        centre = np.eye(7) - 1 / 7
        kernels.append(centre @ kernel @ centre)
    expected = [[(left * right).sum() for right in kernels] for left in kernels]
    assert np.allclose(alignment._inner_products(factors), expected)


def test_a_relation_that_drives_behaviour_outweighs_a_shuffled_one() -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 5, size=60)
    taste = rng.integers(0, 5, size=200)
    chance = np.where(taste[:, None] == groups[None, :], 0.4, 0.03)
    train = csr_matrix((rng.random((200, 60)) < chance).astype(np.float32))
    true = np.eye(5)[groups]
    false = np.eye(5)[rng.permutation(groups)]
    hubs = FactHubs(
        members=csr_matrix(np.hstack([true, false]).astype(np.float32)),
        nodes=np.arange(60, 70),
        roles=np.repeat([0, 1], 5),
        relations=((0, True), (1, True)),
    )
    gates = alignment.relation_gates(hubs, train)
    assert (gates >= 0).all()
    assert gates[0] > 5 * gates[1]
    # An item's facts weigh, on average, as much as its users.
    assert (hubs.members @ gates[hubs.roles]).mean() == pytest.approx(train.sum() / 60, rel=1e-4)


@given(st.integers(0, 500))
def test_pairs_are_those_that_share_a_hub(seed: int) -> None:
    hubs = random_matrix(seed, 6, 8, 0.3)
    common = (hubs.T @ hubs).toarray()
    np.fill_diagonal(common, 0)
    shared = pairs.shared_pairs(hubs)
    assert ((common > 0) == (shared.toarray() > 0)).all()
    vectors = torch.from_numpy(np.random.default_rng(seed).normal(size=(8, 3)).astype(np.float32))
    masked = pairs.masked_affinity(vectors, shared).toarray()
    assert np.allclose(masked, (vectors @ vectors.T).numpy() * (common > 0), atol=1e-5)


@given(st.integers(0, 500), st.floats(0.2, 0.8))
def test_split_and_softmax_equal_their_definitions(seed: int, keep: float) -> None:
    histories = random_matrix(seed, 9, 8, 0.5)
    split = split_histories(histories, keep, np.random.default_rng(seed))
    assert split.shown.multiply(split.hidden).nnz == 0
    assert (np.diff(split.shown.indptr) > 0).all()
    assert (np.diff(split.hidden.indptr) > 0).all()
    if not split.hidden.shape[0]:
        return
    rng = np.random.default_rng(seed)
    logits = torch.from_numpy(rng.normal(size=split.hidden.shape).astype(np.float32))
    total, weights = 0.0, 0.0
    for row in range(split.hidden.shape[0]):
        open_items = np.setdiff1d(np.arange(8), split.shown[row].indices)
        chances = logits[row, open_items].softmax(0).log()
        hidden = split.hidden[row].indices
        weight = 1 / np.sqrt(len(hidden))
        for item in hidden:
            total -= weight * float(chances[np.flatnonzero(open_items == item)[0]])
            weights += weight
    assert float(
        full_softmax(torch.eye(len(logits)), logits.T, torch.zeros(8), split)
    ) == pytest.approx(total / weights, rel=1e-4)
    counts = np.diff(split.shown.indptr)
    assert np.allclose(history_scale(split.shown, 0.5).numpy().ravel(), counts**-0.5)
