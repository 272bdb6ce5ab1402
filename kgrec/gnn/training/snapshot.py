"""All that a training needs to go on as if nothing had happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from kgrec.gnn.training.encoder import Encoder
from kgrec.gnn.training.stepper import Stepper

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Numbers and tensors, nothing else: no code is kept, and none is run when they are read.

    :ivar numbers: plain values, ready for JSON
    :ivar tensors: by name
    """

    numbers: Mapping[str, Any]
    tensors: Mapping[str, torch.Tensor]

    def below(self, prefix: str) -> Tensors:
        """The tensors whose name begins so, without that beginning."""
        start = f"{prefix}."
        return {
            name.removeprefix(start): value
            for name, value in self.tensors.items()
            if name.startswith(start)
        }


@dataclass(eq=False)
class Standing:
    """How far a training has come.

    :ivar course: the numbers of each epoch
    :ivar best: the epoch that was the best, from 1; 0 before the first
    :ivar kept: the encoder as it was after that
    """

    course: list[dict[str, float]]
    best: int
    kept: Tensors


def weights_of(encoder: Encoder) -> Tensors:
    """A copy of all numbers of an encoder."""
    return {name: value.detach().clone() for name, value in encoder.state_dict().items()}


def take(
    standing: Standing, encoder: Encoder, stepper: Stepper, random: np.random.Generator
) -> Snapshot:
    """Between two epochs."""
    numbers, moments = stepper.state()
    return Snapshot(
        {
            "course": standing.course,
            "best": standing.best,
            "finished": False,
            "stepper": numbers,
            "random": random.bit_generator.state,
        },
        _named("kept", standing.kept)
        | _named("encoder", encoder.state_dict())
        | _named("stepper", moments)
        | {"random": torch.get_rng_state()},
    )


def finished(standing: Standing) -> Snapshot:
    """After the last epoch: the result is enough."""
    numbers = {"course": standing.course, "best": standing.best, "finished": True}
    return Snapshot(numbers, _named("kept", standing.kept))


def go_on(
    snapshot: Snapshot, encoder: Encoder, stepper: Stepper, random: np.random.Generator
) -> Standing:
    """Put everything back to where it was."""
    numbers = snapshot.numbers
    if not numbers["finished"]:
        encoder.load_state_dict(snapshot.below("encoder"))
        stepper.restore(numbers["stepper"], snapshot.below("stepper"))
        random.bit_generator.state = numbers["random"]
        torch.set_rng_state(snapshot.tensors["random"])
    return Standing(list(numbers["course"]), numbers["best"], snapshot.below("kept"))


def _named(prefix: str, tensors: Mapping[str, torch.Tensor]) -> Tensors:
    return {f"{prefix}.{name}": value for name, value in tensors.items()}
