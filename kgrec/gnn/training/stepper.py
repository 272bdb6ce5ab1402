"""One step of training: gradient, clipping, warm-up, AdamW; and a watch over the loss."""

from __future__ import annotations

import math

import torch

from kgrec.config import GnnConfig
from kgrec.gnn.training.encoder import Encoder

EXPLODED = 100.0
"""A loss so many times that of the first batch (at least 1) does not come back."""


class DivergedError(Exception):
    """The training has left the ground; the message says by what, in a few words."""


class Stepper:
    """AdamW with decoupled weight decay (Loshchilov & Hutter, ICLR 2019,
    https://arxiv.org/abs/1711.05101) over the groups of an encoder.

    :ivar steps: how many were made
    :ivar first: loss of the first batch; ``None`` before it
    """

    def __init__(self, encoder: Encoder, config: GnnConfig) -> None:
        self.steps = 0
        self.first: float | None = None
        self._config = config
        self._warm = 1.0
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": list(group.parameters),
                    "name": group.name,
                    "lr": config.learning_rate * group.rate,
                    "weight_decay": config.weight_decay if group.decay else 0.0,
                }
                for group in encoder.groups()
            ],
            lr=config.learning_rate,
        )

    def step(self, loss: torch.Tensor) -> float:
        """Move the parameters; they stay where they are if the training has diverged.

        :return: the loss
        :raises DivergedError: if the loss or the gradient is no number, or the loss explodes
        """
        value = loss.item()
        self.first = value if self.first is None else self.first
        if trouble := self.trouble(value):
            raise DivergedError(trouble)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if not math.isfinite(self._clip()):
            raise DivergedError("the gradient is no number")
        self._rate()
        self.optimizer.step()
        self.steps += 1
        return value

    def trouble(self, loss: float) -> str:
        """What is wrong with a loss, in a few words; empty if nothing is."""
        if not math.isfinite(loss):
            return "the loss is no number"
        if self.first is not None and loss > EXPLODED * max(self.first, 1.0):
            return f"the loss rose from {self.first:.3g} to {loss:.3g}"
        return ""

    def _clip(self) -> float:
        """Shorten a gradient that is too long; returns its length before."""
        parameters = [part for group in self.optimizer.param_groups for part in group["params"]]
        if self._config.clip is not None:
            return float(torch.nn.utils.clip_grad_norm_(parameters, self._config.clip))
        lengths = [part.grad.norm() for part in parameters if part.grad is not None]
        return float(torch.stack(lengths).norm()) if lengths else 0.0

    def _rate(self) -> None:
        """Linear warm-up: batch ``k`` of the first ``warm_up`` has ``k / warm_up`` of the rate."""
        warm = min(1.0, (self.steps + 1) / max(self._config.warm_up, 1))
        for group in self.optimizer.param_groups:
            # A factor, not a value: others may lower or raise the rate of a group, too.
            group["lr"] *= warm / self._warm
        self._warm = warm

    def state(self) -> tuple[dict[str, float | None], dict[str, torch.Tensor]]:
        """Numbers and tensors to go on from, by name."""
        tensors = {
            f"{place}.{name}": value
            for place, moments in self.optimizer.state_dict()["state"].items()
            for name, value in moments.items()
        }
        return {"steps": self.steps, "first": self.first}, tensors

    def restore(self, numbers: dict[str, float | None], tensors: dict[str, torch.Tensor]) -> None:
        """The inverse of :meth:`state`."""
        moments: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in tensors.items():
            place, name = key.split(".", 1)
            moments.setdefault(int(place), {})[name] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})
        self.steps, self.first = int(numbers["steps"] or 0), numbers["first"]
