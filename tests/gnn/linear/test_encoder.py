from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.encoder import LinearRelationalEncoder
from kgrec.gnn.training.losses import history_scale

Quick = Callable[..., Config]


def encoder_of(
    features: Features, config: Config, inputs: NodeInputs | None = None
) -> LinearRelationalEncoder:
    torch.manual_seed(0)
    return LinearRelationalEncoder(features, inputs or NodeInputs(), config.gnn)


@torch.no_grad()
@pytest.mark.parametrize("layers", [0, 1, 3])
def test_vectors_are_a_weighted_sum_over_hops(
    layers: int, random_features: Callable[..., Features], quick: Quick
) -> None:
    features = random_features(2)
    text = np.random.default_rng(0).normal(size=(len(features.core), 4)).astype(np.float32)
    encoder = encoder_of(features, quick(gnn__layers=layers), NodeInputs(text=text))
    encoder.nodes.text_weights.normal_()
    encoder.layer_logits.normal_()
    encoder.adjacency.gates.normal_()
    dense = encoder.adjacency(torch.eye(len(features.core)))
    hop = encoder.nodes.own.free + encoder.nodes.text @ encoder.nodes.text_weights
    expected = torch.zeros_like(hop)
    for weight in encoder.layer_logits.softmax(0):
        expected += weight * hop
        hop = dense @ hop
    torch.testing.assert_close(encoder.item_vectors(), expected[:7], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_scores_are_products_with_the_sum_of_the_history(
    random_features: Callable[..., Features], quick: Quick
) -> None:
    features = random_features(3)
    encoder = encoder_of(features, quick()).eval()
    encoder.bias.normal_()
    scale = history_scale(features.train, 0.5)
    vectors = encoder.item_vectors()
    users = torch.from_numpy(features.train.toarray()) @ vectors * scale
    torch.testing.assert_close(encoder(features.train, scale), users @ vectors.T + encoder.bias)


@pytest.mark.parametrize("width", [3, 8, 20])
def test_pretrained_vectors_give_directions_at_the_usual_spread(
    width: int, random_features: Callable[..., Features], quick: Quick
) -> None:
    features = random_features(4)
    known = np.random.default_rng(0).normal(size=(len(features.core), width)).astype(np.float32)
    encoder = encoder_of(features, quick(gnn__init_scale=0.05), NodeInputs(pretrained=7 * known))
    start = encoder.nodes.own.free.detach()[:, : min(width, 8)]
    assert float(start.std()) == pytest.approx(0.05, rel=1e-4)
    ratio = start.numpy() / known[:, :8]
    np.testing.assert_allclose(ratio, ratio.mean(), rtol=1e-3)
    plain = encoder_of(features, quick(gnn__init_scale=0.05)).nodes.own.free.detach()
    torch.testing.assert_close(encoder.nodes.own.free.detach()[:, width:], plain[:, width:])


def test_text_has_no_say_before_training(
    random_features: Callable[..., Features], quick: Quick
) -> None:
    features = random_features(5)
    text = np.ones((len(features.core), 4), dtype=np.float32)
    with_text = encoder_of(features, quick(), NodeInputs(text=text))
    torch.testing.assert_close(
        with_text.item_vectors(), encoder_of(features, quick()).item_vectors()
    )


def test_without_facts_there_is_nothing_to_propagate(
    random_features: Callable[..., Features], quick: Quick
) -> None:
    features = dataclasses.replace(random_features(0), facts=np.zeros((0, 3), dtype=np.int64))
    encoder = encoder_of(features, quick(gnn__layers=3))
    assert encoder.layers == 0
    assert encoder.item_vectors().shape == (7, 8)
