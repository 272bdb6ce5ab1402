from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.deep.attention import normalise
from kgrec.gnn.deep.histories import Histories
from kgrec.gnn.deep.kgat import KgatEncoder
from kgrec.gnn.inputs import NodeInputs

Make = Callable[..., Features]
Quick = Callable[..., Config]


def encoder_of(features: Features, config: Config, seed: int = 0) -> KgatEncoder:
    torch.manual_seed(seed)
    return KgatEncoder(features, NodeInputs(), config.gnn, features.train).eval()


@torch.no_grad()
@given(st.integers(0, 200))
def test_attention_sums_to_one_and_is_the_formula(
    random_features: Make, quick: Quick, seed: int
) -> None:
    features = random_features(seed)
    encoder = encoder_of(features, quick(gnn__layers=1), seed)
    encoder.nodes.own.free.normal_()
    core, known = encoder.nodes(), Histories(features.train)
    users = known.mean(core[: len(features.items)])
    weights = encoder.weigh(known, core, users)
    catalog, back = encoder.catalog, known.edges.transposed

    def raw(head: torch.Tensor, kind: int, tail: torch.Tensor) -> float:
        matrix, shift = encoder.matrices[kind], encoder.shifts[kind]
        return float((tail @ matrix) @ (head @ matrix + shift).tanh())

    logits: dict[int, list[float]] = {}
    found: dict[int, list[float]] = {}
    facts = zip(catalog.edges.rows, catalog.kinds, catalog.edges.columns, strict=True)
    for (head, kind, tail), weight in zip(facts, weights.of_facts, strict=True):
        logits.setdefault(int(head), []).append(raw(core[head], int(kind), core[tail]))
        found.setdefault(int(head), []).append(float(weight))
    pairs = zip(back.rows, back.columns, weights.of_users, strict=True)
    for item, user, weight in pairs:
        logits.setdefault(int(item), []).append(raw(core[item], catalog.of_users, users[user]))
        found.setdefault(int(item), []).append(float(weight))
    for node, values in logits.items():
        expected = torch.tensor(values).softmax(0).numpy()
        assert found[node] == pytest.approx(expected, rel=1e-3, abs=1e-6)
        assert sum(found[node]) == pytest.approx(1, rel=1e-4)
    sums = torch.zeros(len(features.users)).index_add_(0, known.edges.rows, weights.of_items)
    assert sums.numpy() == pytest.approx((known.sums[:, 0] > 0).float().numpy(), rel=1e-4)


@given(st.lists(st.tuples(st.floats(-80, 80), st.integers(0, 4)), min_size=1, max_size=30))
def test_normalised_as_by_pytorch_geometric(edges: list[tuple[float, int]]) -> None:
    from torch_geometric.utils import softmax  # takes seconds: not in every process of the tests

    logits = torch.tensor([value for value, _ in edges])
    groups = torch.tensor([group for _, group in edges])
    expected = softmax(logits, groups, num_nodes=5)
    torch.testing.assert_close(normalise(logits, groups, 5), expected, rtol=1e-4, atol=1e-6)
    counts = torch.full_like(logits, 3.0)
    same = normalise(logits, groups, 5, counts)
    torch.testing.assert_close(same, expected, rtol=1e-4, atol=1e-6)


@torch.no_grad()
def test_a_part_of_the_users_weighs_as_much_as_all(random_features: Make, quick: Quick) -> None:
    # With equal logits an item's users together have the share of their number, shown or not.
    features = random_features(4, users=40)
    encoder = encoder_of(features, quick(gnn__layers=1))
    encoder.matrices.zero_()
    core = encoder.nodes()
    sums = []
    for part in (features.train, features.train[::2]):
        known = Histories(part)
        weights = encoder.weigh(known, core, known.mean(core[: len(features.items)]))
        rows = known.edges.transposed.rows
        sums.append(torch.zeros(len(features.items)).index_add_(0, rows, weights.of_users))
    torch.testing.assert_close(sums[0], sums[1])


@torch.no_grad()
def test_one_layer_equals_the_formula_on_dense_matrices(
    random_features: Make, quick: Quick
) -> None:
    features = random_features(2)
    encoder = encoder_of(features, quick(gnn__layers=1))
    known = Histories(features.train)
    core = encoder.nodes()
    items = len(features.items)
    users = known.mean(core[:items])
    weights = encoder.weigh(known, core, users)
    dense = encoder.catalog.edges.matrix(weights.of_facts).to_dense()[:items]
    heard = dense @ core + known.edges.transposed.matrix(weights.of_users).to_dense() @ users
    layer = encoder.side().weights[0]
    activate = torch.nn.LeakyReLU(0.2)
    expected = activate((core[:items] + heard) @ layer.of_sum + layer.sum_bias)
    expected += activate((core[:items] * heard) @ layer.of_product + layer.product_bias)
    passed = encoder.through(known)
    torch.testing.assert_close(passed.items[1], expected, rtol=1e-4, atol=1e-6)
    joined = encoder.side().join(passed.items)
    assert joined.shape[1] == core.shape[1] + expected.shape[1]
    lengths = joined[:, core.shape[1] :].norm(dim=1).numpy()
    assert lengths == pytest.approx(np.ones(items), rel=1e-4)


def test_transr_teaches_the_graph_and_leaves_the_layers_alone(
    random_features: Make, quick: Quick
) -> None:
    encoder = encoder_of(random_features(5), quick(gnn__layers=1))
    optimizer = torch.optim.Adam(encoder.parameters(), lr=0.02)
    losses = []
    for _, loss in zip(range(150), encoder.alternate(np.random.default_rng(0)), strict=False):
        optimizer.zero_grad()
        loss.backward()
        assert all(each.grad is None for each in encoder.layers.parameters())
        assert encoder.matrices.grad is not None
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(np.log(2), rel=0.1)
    assert np.mean(losses[-20:]) < 0.6 * losses[0]
