from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.deep.histories import Histories
from kgrec.gnn.deep.rgcn import RgcnEncoder
from kgrec.gnn.inputs import NodeInputs

Make = Callable[..., Features]
Quick = Callable[..., Config]


def encoder_of(features: Features, config: Config, seed: int = 0) -> RgcnEncoder:
    torch.manual_seed(seed)
    return RgcnEncoder(features, NodeInputs(), config.gnn, features.train).eval()


def reference(encoder: RgcnEncoder, train: csr_matrix) -> torch.Tensor:
    """The same network on PyTorch Geometric's layers, users being the last nodes."""
    from torch_geometric.nn import RGCNConv  # takes seconds: not in every process of the tests

    catalog, users = encoder.catalog, Histories(train)
    core = catalog.num_nodes
    of_user, of_item = users.edges.rows + core, users.edges.columns
    heard = torch.cat([catalog.edges.columns, of_user, of_item])
    hears = torch.cat([catalog.edges.rows, of_item, of_user])
    kinds = torch.cat(
        [
            catalog.kinds,
            torch.full_like(of_user, catalog.of_users),
            torch.full_like(of_user, catalog.of_items),
        ]
    )
    nodes = encoder.nodes()
    vectors = torch.cat([nodes, users.mean(nodes[: catalog.num_items])])
    size = vectors.shape[1]
    for number, layer in enumerate(encoder.convolutions):
        conv = RGCNConv(size, size, catalog.num_kinds, num_bases=len(layer.weight))
        conv.load_state_dict(layer.state_dict())
        vectors = conv(vectors, torch.stack([heard, hears]), kinds)
        if number + 1 < len(encoder.convolutions):
            vectors = vectors.relu()
    return vectors


@torch.no_grad()
@given(st.integers(0, 200), st.integers(1, 3), st.integers(1, 9))
def test_equals_the_layers_of_pytorch_geometric(
    random_features: Make, quick: Quick, seed: int, layers: int, bases: int
) -> None:
    features = random_features(seed)
    encoder = encoder_of(features, quick(gnn__layers=layers, gnn__bases=bases), seed)
    passed = encoder.through(Histories(features.train))
    expected = reference(encoder, features.train)
    core, items = len(features.core), len(features.items)
    torch.testing.assert_close(passed.items[-1], expected[:items], rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(passed.users[-1], expected[core:], rtol=1e-3, atol=1e-5)


def test_its_gradients_are_those_of_pytorch_geometric(random_features: Make, quick: Quick) -> None:
    features = random_features(7)
    encoder = encoder_of(features, quick(gnn__layers=2))
    items = len(features.items)
    gradients = []
    for output in (
        encoder.through(Histories(features.train)).items[-1],
        reference(encoder, features.train)[:items],
    ):
        encoder.zero_grad()
        output.square().sum().backward()
        gradients.append(encoder.nodes.own.free.grad.clone())
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-3, atol=1e-5)


@torch.no_grad()
def test_one_basis_and_unit_matrices_give_sums_of_means(
    random_features: Make, quick: Quick
) -> None:
    features = random_features(1)
    encoder = encoder_of(features, quick(gnn__layers=1, gnn__bases=1))
    layer = encoder.convolutions[0]
    size = layer.root.shape[0]
    layer.weight[0] = torch.eye(size)
    layer.root.copy_(torch.eye(size))
    layer.comp.fill_(1.0)
    vectors = encoder.nodes().numpy()
    head, relation, tail = features.core_facts.T
    takers = features.train.toarray()
    users = takers @ vectors[: len(features.items)] / np.maximum(takers.sum(1), 1)[:, None]
    passed = encoder.through(Histories(features.train))
    for item in range(len(features.items)):
        expected = vectors[item].copy()
        for number in range(2):
            for heard in (
                tail[(head == item) & (relation == number)],
                head[(tail == item) & (relation == number)],
            ):
                expected += vectors[heard].mean(axis=0) if len(heard) else 0
        mine = takers[:, item] > 0
        expected += users[mine].mean(axis=0) if mine.any() else 0
        assert passed.items[-1][item].numpy() == pytest.approx(expected, rel=1e-4, abs=1e-6)
    # A user hears twice of the mean of the history: by the self loop and from the items.
    assert passed.users[-1].numpy() == pytest.approx(2 * users, rel=1e-4, abs=1e-6)
