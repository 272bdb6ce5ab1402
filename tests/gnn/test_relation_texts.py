from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.gnn.deep.kgat import KgatEncoder
from kgrec.gnn.deep.rgcn import RgcnEncoder
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.encoder import LinearRelationalEncoder
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.gnn.training.relations import start_from_texts
from kgrec.recommend.inputs import node_inputs


@given(kinds=st.integers(2, 8), size=st.integers(1, 6), seed=st.integers(0, 99))
def test_relations_start_alike_as_they_read_alike_and_spread_as_before(
    kinds: int, size: int, seed: int
) -> None:
    torch.manual_seed(seed)
    texts = np.random.default_rng(seed).normal(size=(kinds, 12)).astype(np.float32)
    texts[1] = texts[0]
    if kinds == 2:
        texts[1] += 1
    parameter = torch.randn(kinds, size) * 0.3
    spread = parameter.square().mean()
    start_from_texts(parameter, texts)
    torch.testing.assert_close(parameter.square().mean(), spread)
    if kinds > 2:
        torch.testing.assert_close(parameter[0], parameter[1])


def test_without_texts_or_with_equal_ones_chance_stays() -> None:
    parameter = torch.randn(3, 2)
    before = parameter.clone()
    start_from_texts(parameter, None)
    start_from_texts(parameter, np.ones((3, 5), dtype=np.float32))
    assert torch.equal(parameter, before)


def test_gates_start_alike_as_they_read_alike_and_at_1_without_texts(random_features) -> None:
    features = random_features(0)
    gates = 2 * len(features.relations)
    texts = np.random.default_rng(0).normal(size=(gates + 2, 7)).astype(np.float32)
    texts[1] = texts[0]
    config = GnnConfig(embedding_size=8)
    started = LinearRelationalEncoder(features, NodeInputs(relations=texts), config)
    found = started.adjacency.gates.detach() - 1
    assert len(found) == gates
    torch.testing.assert_close(found[0], found[1])
    assert 0.02 < found.square().mean().sqrt() < 0.3
    plain = LinearRelationalEncoder(features, NodeInputs(), config)
    assert (plain.adjacency.gates == 1).all()


@pytest.mark.parametrize("model", ["linear", "rgcn", "kgat"])
def test_every_model_is_given_them_if_the_settings_say_so(
    tiny_graph, tiny_features, quick, model: str
) -> None:
    class Lengths:
        identity, embedding_size = "lengths", 2

        def encode(self, texts, progress=None):  # noqa: ARG002
            return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    def relations(**settings):
        config = quick(text__enabled=True, gnn__model=model, **settings)
        parts = (tiny_graph, tiny_features, config, Lengths(), Progress(), Checkpoints())
        return node_inputs(*parts).relations

    assert relations() is None  # the default
    found = relations(gnn__relation_texts=True)
    assert found.shape == (2 * len(tiny_features.relations) + 2, 2)


@pytest.mark.parametrize("kind", [RgcnEncoder, KgatEncoder])
def test_networks_take_them(kind, random_features) -> None:
    features = random_features(0)
    kinds = 2 * len(features.relations) + 2
    texts = np.random.default_rng(0).normal(size=(kinds, 7)).astype(np.float32)
    texts[1] = texts[0]
    inputs = NodeInputs(relations=texts)
    encoder = kind(features, inputs, GnnConfig(embedding_size=8), features.train)
    start = encoder.shifts if kind is KgatEncoder else encoder.convolutions[0].comp
    torch.testing.assert_close(start[0], start[1])
    assert not torch.allclose(start[0], start[2])
