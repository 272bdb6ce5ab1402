from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.config import GnnConfig
from kgrec.gnn.training.encoder import Encoder, ParameterGroup
from kgrec.gnn.training.stepper import DivergedError, Stepper


class Dot(Encoder):
    """One vector for each item, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = torch.nn.Parameter(torch.zeros(3))
        self.nodes = torch.nn.Parameter(torch.ones(3, 2))
        self.idle = torch.nn.Parameter(torch.ones(1))

    def vectors(
        self, histories: csr_matrix, scale: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.from_numpy(histories.toarray()) @ self.nodes * scale, self.nodes

    def groups(self) -> tuple[ParameterGroup, ...]:
        return (
            ParameterGroup("nodes", [self.nodes], decay=True),
            ParameterGroup("bias", [self.bias, self.idle], rate=3.0),
        )


Step = Callable[[float], float]


def make(**settings: object) -> tuple[Dot, Stepper, Step]:
    encoder = Dot()
    stepper = Stepper(encoder, GnnConfig(learning_rate=0.01, **settings))
    return encoder, stepper, lambda slope: stepper.step((slope * encoder.bias).sum() + 1)


def test_the_rate_rises_over_the_warm_up() -> None:
    encoder, stepper, step = make(warm_up=4)
    moves, rates = [], []
    for _ in range(6):
        before = encoder.bias.detach().clone()
        step(1.0)
        moves.append(float((encoder.bias.detach() - before).abs().max()))
        rates.append([group["lr"] for group in stepper.optimizer.param_groups])
    # AdamW moves by its rate while the gradient stays the same.
    assert moves == pytest.approx([0.0075, 0.015, 0.0225, 0.03, 0.03, 0.03], rel=1e-4)
    assert np.allclose(rates[-1], [0.01, 0.03])


def test_a_clipped_gradient_has_the_length_that_was_asked_for() -> None:
    for clip, expected in ((0.5, 0.5), (100.0, np.sqrt(27)), (None, np.sqrt(27))):
        encoder, _, step = make(clip=clip)
        step(3.0)
        assert float(encoder.bias.grad.norm()) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        ([torch.nan], "the loss is no number"),
        ([2.0, torch.inf], "the loss is no number"),
        ([7.0, 50.0, 701.0], "the loss rose from 7 to 701"),
        ([0.0, 0.5, 101.0], "the loss rose from 0 to 101"),
    ],
)
def test_a_loss_out_of_bounds_moves_nothing(losses: list[float], reason: str) -> None:
    encoder, stepper, _ = make()
    for loss in losses[:-1]:
        stepper.step(encoder.bias.sum() * 0 + loss)
    before = encoder.nodes.detach().clone()
    with pytest.raises(DivergedError, match=reason):
        stepper.step(encoder.nodes.sum() * 0 + losses[-1])
    assert torch.equal(encoder.nodes, before)


def test_a_gradient_that_is_no_number_moves_nothing() -> None:
    encoder, stepper, _ = make()
    with pytest.raises(DivergedError, match="the gradient is no number"):
        stepper.step(encoder.bias.abs().sqrt().sum())
    assert not encoder.bias.any()


def test_a_restored_stepper_takes_the_same_steps() -> None:
    encoder, stepper, step = make(warm_up=5)
    for slope in (1.0, -2.0, 0.5):
        step(slope)
    numbers, tensors = stepper.state()
    copy, second, again = make(warm_up=5)
    copy.load_state_dict(encoder.state_dict())
    second.restore(numbers, {name: value.clone() for name, value in tensors.items()})
    for slope in (1.0, 0.1, -1.0):
        assert step(slope) == again(slope)
    assert torch.equal(encoder.bias, copy.bias)
    assert encoder.idle.item() == 1, "what has no gradient stays"
