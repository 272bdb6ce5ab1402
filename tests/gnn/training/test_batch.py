from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.encoder import LinearRelationalEncoder
from kgrec.gnn.training.batch import Batch
from kgrec.gnn.training.encoder import Encoder
from kgrec.gnn.training.losses import history_scale, make_loss, split_histories
from kgrec.gnn.training.negatives import Draws
from kgrec.gnn.training.sampled import sampled_softmax

seeds = st.integers(0, 2**31)


def encoder_of(features: Features, config: Config) -> LinearRelationalEncoder:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(2, len(features.core), 5)).astype(np.float32)
    torch.manual_seed(0)
    encoder = LinearRelationalEncoder(features, NodeInputs(vectors[0], vectors[1]), config.gnn)
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.normal_()
    return encoder.eval()


def gradients(value: torch.Tensor, encoder: Encoder) -> dict[str, torch.Tensor]:
    encoder.zero_grad()
    value.backward()
    found = {name: each.grad for name, each in encoder.named_parameters()}
    return {name: grad.clone() for name, grad in found.items() if grad is not None}


@given(seed=seeds, layers=st.integers(0, 3), policy=st.sampled_from(["full", "low_rank"]))
def test_the_neighbours_of_a_batch_are_as_good_as_the_whole_graph(
    seed: int,
    layers: int,
    policy: str,
    random_features: Callable[..., Features],
    quick: Callable[..., Config],
) -> None:
    """The same loss and the same gradients, whatever was drawn."""
    features = random_features(seed % 1000, users=3, items=40, entities=20)
    some = np.random.default_rng(seed).random(len(features.facts)) < 0.3
    features = dataclasses.replace(features, facts=features.facts[some])
    config = quick(gnn__layers=layers, gnn__pretrained=policy, gnn__adapter_rank=2)
    encoder = encoder_of(features, config)
    rng = np.random.default_rng(seed)
    few = csr_matrix(features.train.multiply(rng.random(40) < 0.2), dtype=np.float32)
    few.eliminate_zeros()
    split = split_histories(few, 0.5, rng)
    sample = Draws(features.train, 0.5).sample(3, rng)
    scale = history_scale(split.shown, 0.5)
    whole = sampled_softmax(*encoder.vectors(split.shown, scale), encoder.bias, split, sample)
    batch = Batch.of(split, sample)
    users, items = encoder.vectors_of(split.shown, scale, batch.items)
    bias = encoder.bias[torch.from_numpy(batch.items)]
    part = sampled_softmax(users, items, bias, batch.split, batch.sample)
    torch.testing.assert_close(part, whole)
    expected, found = gradients(whole, encoder), gradients(part, encoder)
    assert expected.keys() == found.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-4, msg=name)


@given(seed=seeds)
def test_a_batch_holds_the_histories_and_the_sample_and_no_more(
    seed: int, random_features: Callable[..., Features]
) -> None:
    features = random_features(seed % 1000, users=5, items=30)
    rng = np.random.default_rng(seed)
    split = split_histories(features.train[:2], 0.5, rng)
    sample = Draws(features.train, 0.5).sample(4, rng)
    batch = Batch.of(split, sample)
    assert set(batch.items) == set(split.known.indices) | set(sample.items.tolist())
    assert (batch.items[batch.sample.items.numpy()] == sample.items.numpy()).all()
    for part, whole in (
        (batch.split.shown, split.shown),
        (batch.split.hidden, split.hidden),
    ):
        assert (part.toarray() == whole[:, batch.items].toarray()).all()
        assert part.nnz == whole.nnz


def test_other_networks_do_with_all_vectors(
    random_features: Callable[..., Features], quick: Callable[..., Config]
) -> None:
    features = random_features(0)
    encoder = encoder_of(features, quick())
    items = np.array([1, 4, 5])
    rows = csr_matrix(features.train.multiply(np.isin(np.arange(7), items)), dtype=np.float32)
    rows.eliminate_zeros()
    scale = history_scale(rows, 0.5)
    of_some = encoder.vectors_of(rows, scale, items)
    by_default = Encoder.vectors_of(encoder, rows, scale, items)
    for one, other in zip(of_some, by_default, strict=True):
        torch.testing.assert_close(one, other)


def test_memory_does_not_grow_with_the_neighbours_of_others(
    random_features: Callable[..., Features], quick: Callable[..., Config]
) -> None:
    """A step makes no vector for each node but the gradient of the nodes' own."""
    features = random_features(0, users=4, items=20_000, entities=50)
    first = np.arange(20_000) < 10
    histories = csr_matrix(features.train.multiply(first), dtype=np.float32)
    histories.eliminate_zeros()
    config = quick(gnn__loss="sampled_softmax", gnn__negatives=16, gnn__layers=1)
    encoder = encoder_of(features, config)
    loss = make_loss(config.gnn, histories)
    rng = np.random.default_rng(0)
    split = split_histories(histories, 0.5, rng)
    scale = history_scale(split.shown, 0.5)
    with torch.no_grad(), torch.profiler.profile(profile_memory=True) as profile:
        loss(encoder, split, scale, rng)
    largest = max(abs(event.self_cpu_memory_usage) for event in profile.events())
    assert largest < len(features.core) * 8 * 4 / 4
    with torch.no_grad(), torch.profiler.profile(profile_memory=True) as profile:
        encoder.vectors(split.shown, scale)
    largest = max(abs(event.self_cpu_memory_usage) for event in profile.events())
    assert largest >= len(features.core) * 8 * 4


@pytest.mark.parametrize("at", [[0], [2, 3, 6], list(range(7))])
def test_a_hop_hears_all_neighbours(
    at: list[int], random_features: Callable[..., Features], quick: Callable[..., Config]
) -> None:
    features = random_features(1)
    encoder = encoder_of(features, quick())
    nodes = np.array(at)
    vectors = torch.randn(len(features.core), 3)
    hop = encoder.adjacency.hop(nodes)
    heard = encoder.adjacency.along(hop, vectors[torch.from_numpy(hop.sources)])
    torch.testing.assert_close(heard, encoder.adjacency(vectors)[torch.from_numpy(nodes)])
