from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kgrec.config import Config, GnnConfig
from kgrec.errors import ConfigError
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.training.nodes import NodeVectors

Quick = Callable[..., Config]
NODES, TEXT = 11, 5


def known(seed: int = 0) -> NodeInputs:
    random = np.random.default_rng(seed)
    text, pretrained = (random.normal(size=(NODES, size)).astype(np.float32) for size in (TEXT, 4))
    return NodeInputs(text=text, pretrained=pretrained)


def nodes_of(inputs: NodeInputs | None = None, **settings: object) -> NodeVectors:
    torch.manual_seed(0)
    config = GnnConfig(embedding_size=8, **settings)  # type: ignore[arg-type]
    nodes = NodeVectors(NODES, inputs or known(), config)
    if nodes.text is not None:
        torch.nn.init.normal_(nodes.text_weights)
    return nodes


def parts(nodes: NodeVectors) -> tuple[torch.Tensor, torch.Tensor]:
    assert nodes.text is not None
    return nodes.own(), nodes.text @ nodes.text_weights


@torch.no_grad()
@given(st.floats(0.01, 0.99))
def test_alpha_weighs_language_against_behaviour(alpha: float) -> None:
    nodes = nodes_of(alpha=alpha)
    behaviour, language = parts(nodes)
    expected = ((1 - alpha) * behaviour + alpha * language) / max(alpha, 1 - alpha)
    torch.testing.assert_close(nodes(), expected)
    assert nodes.alpha == alpha


@torch.no_grad()
@given(st.floats(-6, 6))
def test_a_learned_alpha_weighs_as_a_fixed_one(logit: float) -> None:
    learned = nodes_of()
    learned.alpha_logit.fill_(logit)
    torch.testing.assert_close(learned(), nodes_of(alpha=learned.alpha)(), rtol=1e-4, atol=1e-5)


def test_the_ends_are_no_language_and_language_alone() -> None:
    without = nodes_of(alpha=0.0)
    assert torch.equal(without(), nodes_of(NodeInputs(pretrained=known().pretrained))())
    assert without.alpha == 0
    alone = nodes_of(alpha=1.0)
    assert torch.equal(alone(), parts(alone)[1])
    alone().sum().backward()
    assert alone.own.free.grad is None
    with pytest.raises(ConfigError, match="alpha = 1 is language alone"):
        nodes_of(NodeInputs(), alpha=1.0)


def test_language_alone_does_not_start_at_zero() -> None:
    config = GnnConfig(embedding_size=64, alpha=1.0, init_scale=0.1)
    vectors = NodeVectors(NODES, known(), config)().detach()
    assert 0.05 < float(vectors.std()) < 0.2


def test_both_sides_of_a_learned_alpha_have_a_gradient_at_the_start() -> None:
    nodes = nodes_of()
    assert nodes.alpha == 0.5
    behaviour, language = parts(nodes)
    assert torch.equal(nodes(), behaviour + language)
    (nodes() * torch.arange(8)).sum().backward()
    expected = ((language - behaviour) * torch.arange(8)).sum()
    assert nodes.alpha_logit.grad is not None
    torch.testing.assert_close(nodes.alpha_logit.grad, expected.detach())


def test_id_dropout_leaves_out_the_whole_of_a_node_in_training_only() -> None:
    nodes = nodes_of(id_dropout=0.4)
    behaviour, language = (part.detach() for part in parts(nodes))
    nodes.train()
    rows = nodes().detach() - language
    dropped = rows.abs().amax(dim=1) < 1e-6
    assert 0 < int(dropped.sum()) < NODES
    torch.testing.assert_close(rows[~dropped], behaviour[~dropped])
    nodes.eval()
    torch.testing.assert_close(nodes().detach(), behaviour + language)


def test_without_id_dropout_no_random_number_is_drawn() -> None:
    nodes = nodes_of().train()
    before = torch.get_rng_state()
    nodes()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("policy", ["full", "frozen", "warm_up", "low_rank"])
@pytest.mark.parametrize("width", [2, 8, 20])
def test_every_policy_starts_from_the_same_vectors(policy: str, width: int) -> None:
    pretrained = np.random.default_rng(0).normal(size=(NODES, width)).astype(np.float32)
    inputs = NodeInputs(pretrained=pretrained)
    assert torch.equal(nodes_of(inputs, pretrained=policy)(), nodes_of(inputs)())


@pytest.mark.parametrize("policy", ["full", "frozen", "warm_up", "low_rank"])
@pytest.mark.parametrize("alpha", [None, 0.0, 0.3, 1.0])
def test_every_parameter_is_in_one_group(policy: str, alpha: float | None) -> None:
    nodes = nodes_of(pretrained=policy, alpha=alpha)
    named = [id(part) for group in nodes.groups() for part in group.parameters]
    assert sorted(named) == sorted(id(part) for part in nodes.parameters())
    assert len({group.name for group in nodes.groups()}) == len(nodes.groups())


def test_an_adapter_has_a_low_rank() -> None:
    nodes = nodes_of(pretrained="low_rank", adapter_rank=2)
    torch.nn.init.normal_(nodes.own.adapter_nodes)
    change = (nodes.own()[:, :4] - nodes.own.known).detach()
    assert int(torch.linalg.matrix_rank(change)) == 2


def test_without_pretraining_there_is_nothing_to_freeze() -> None:
    nodes = nodes_of(NodeInputs(), pretrained="frozen")
    assert [group.frozen for group in nodes.groups()] == [0]


def partly(seed: int = 0) -> tuple[NodeInputs, np.ndarray]:
    """Texts that every third node lacks, and which nodes have one."""
    inputs = known(seed)
    assert inputs.text is not None
    has = np.arange(NODES) % 3 > 0
    text = np.where(has[:, None], inputs.text, 0).astype(np.float32)
    return NodeInputs(text=text, pretrained=inputs.pretrained), has


@torch.no_grad()
@given(st.floats(0.01, 0.99))
def test_a_node_without_text_keeps_its_behaviour_as_loud_as_ever(alpha: float) -> None:
    inputs, has = partly()
    nodes = nodes_of(inputs, alpha=alpha)
    found, (behaviour, language) = nodes(), parts(nodes)
    assert torch.equal(found[~has], behaviour[~has])
    expected = ((1 - alpha) * behaviour + alpha * language) / max(alpha, 1 - alpha)
    torch.testing.assert_close(found[has], expected[has])
    some = torch.tensor([0, 1, 5, 6])
    assert torch.equal(nodes(at=some), found[some])


@given(st.floats(-4, 4))
def test_a_learned_alpha_masks_too_and_learns_from_described_nodes_alone(logit: float) -> None:
    inputs, has = partly()
    nodes = nodes_of(inputs)
    with torch.no_grad():
        nodes.alpha_logit.fill_(logit)
    assert torch.equal(nodes()[~has], nodes.own()[~has])
    nodes()[~has].square().sum().backward()
    if nodes.alpha > 0.5:
        assert nodes.alpha_logit.grad is None or nodes.alpha_logit.grad == 0


@torch.no_grad()
@given(st.floats(0.0, 1.0), st.integers(0, 20))
def test_modalities_add_and_a_node_without_one_is_as_it_was(alpha: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    image, sound = (random.normal(size=(NODES, size)).astype(np.float32) for size in (3, 6))
    image[::2] = 0
    sound[1::2] = 0
    plain = known()
    both = replace(plain, modalities={"image": image, "sound": sound})
    without, nodes = nodes_of(plain, alpha=alpha), nodes_of(both, alpha=alpha)
    assert torch.equal(nodes(), without())  # they have to earn their say
    if alpha == 1:
        assert not nodes.modality_weights
        return
    for place in ("0", "1"):
        torch.nn.init.normal_(nodes.modality_weights[place])
    added = sum(
        torch.from_numpy(each) @ nodes.modality_weights[place]
        for place, each in (("0", image), ("1", sound))
    )
    torch.testing.assert_close(nodes(), without() + added)
    moved = nodes() - without()
    assert not (torch.from_numpy(image[::2]) @ nodes.modality_weights["0"]).any()
    some = torch.tensor([0, 3, 4])
    torch.testing.assert_close(nodes(at=some), nodes()[some])
    assert moved.shape == without().shape
    names = [group.name for group in nodes.groups()]
    assert "modalities" in names
    held = {id(each) for group in nodes.groups() for each in group.parameters}
    assert held == {id(each) for each in nodes.parameters()}
