from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kgrec.config import GnnConfig
from kgrec.gnn.deep.kgat import KgatEncoder
from kgrec.gnn.deep.kinds import start_from_texts
from kgrec.gnn.deep.rgcn import RgcnEncoder
from kgrec.gnn.inputs import NodeInputs


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
