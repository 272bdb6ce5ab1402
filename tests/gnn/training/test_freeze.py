from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.encoder import LinearRelationalEncoder
from kgrec.gnn.training.encoder import ParameterGroup
from kgrec.gnn.training.freeze import NEVER, set_trainable
from kgrec.gnn.training.loop import train_encoder

Quick = Callable[..., Config]


def test_a_group_thaws_after_its_epochs() -> None:
    early, late, never = (torch.nn.Parameter(torch.ones(1)) for _ in range(3))
    groups = [
        ParameterGroup("early", [early]),
        ParameterGroup("late", [late], frozen=2),
        ParameterGroup("never", [never], frozen=NEVER),
    ]
    seen = []
    for epoch in (1, 2, 3, 100):
        set_trainable(groups, epoch)
        seen.append([part.requires_grad for part in (early, late, never)])
    assert seen == [[True, False, False]] * 2 + [[True, True, False]] * 2


def test_a_frozen_parameter_keeps_no_gradient() -> None:
    part = torch.nn.Parameter(torch.ones(1))
    part.grad = torch.ones(1)
    set_trainable([ParameterGroup("part", [part], frozen=NEVER)], 1)
    assert part.grad is None


def trained(features: Features, config: Config, epochs: int) -> dict[str, torch.Tensor]:
    """By name, the numbers of each group before and after training, side by side."""
    size = (len(features.core), 4)
    pretrained, text = np.random.default_rng(0).normal(size=(2, *size)).astype(np.float32)
    torch.manual_seed(0)
    encoder = LinearRelationalEncoder(features, NodeInputs(text, pretrained), config.gnn)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    train_encoder(
        encoder,
        features.train,
        config.gnn,
        epochs=epochs,
        random=np.random.default_rng(0),
        progress=Progress(),
        stage="Train",
    )
    after = encoder.state_dict()
    return {name: torch.stack([before[name], after[name]]) for name in before}


def moved(states: dict[str, torch.Tensor], name: str) -> bool:
    before, after = states[f"nodes.{name}"]
    return not torch.equal(before, after)


@pytest.mark.parametrize(
    ("policy", "epochs", "expected"),
    [("frozen", 5, False), ("low_rank", 5, False), ("warm_up", 2, False), ("warm_up", 3, True)],
)
def test_frozen_vectors_do_not_move_by_a_bit(
    policy: str, epochs: int, expected: bool, tiny_features: Features, quick: Quick
) -> None:
    config = quick(gnn__pretrained=policy, gnn__frozen_epochs=2, gnn__weight_decay=0.5)
    states = trained(tiny_features, config, epochs)
    assert moved(states, "own.known") is expected
    assert moved(states, "own.free")
    assert moved(states, "text_weights")
    if policy == "low_rank":
        assert moved(states, "own.adapter_nodes")
        assert moved(states, "own.adapter_basis")


def test_language_alone_trains_no_vector_of_a_node(tiny_features: Features, quick: Quick) -> None:
    states = trained(tiny_features, quick(gnn__alpha=1.0, gnn__weight_decay=0.5), 3)
    assert not moved(states, "own.free")
    assert moved(states, "text_weights")


def test_alpha_is_learned_unless_it_is_fixed(tiny_features: Features, quick: Quick) -> None:
    assert moved(trained(tiny_features, quick(), 3), "alpha_logit")
    assert "nodes.alpha_logit" not in trained(tiny_features, quick(gnn__alpha=0.4), 1)
