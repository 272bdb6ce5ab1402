"""What training did, kept with the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TrainingLog:
    """The course of one training.

    :ivar epochs: a mapping for each epoch: ``epoch`` (from 1), ``loss`` and, measured on valid with
        what train alone teaches, ``Recall@20`` and ``NDCG@20``
    :ivar best_epoch: the epoch that was kept; the refit on train and valid runs for as many
    :ivar choices: settings chosen on valid: ``regularisation`` and ``facts`` of the closed form,
        ``mix`` of the two parts, and the ``NDCG@20`` that each choice reached
    :ivar gates: what a shared fact of each relation weighs against a shared user, which weighs 1
    :ivar seconds: wall seconds of each stage
    """

    epochs: tuple[Mapping[str, float], ...] = ()
    best_epoch: int = 0
    choices: Mapping[str, float] = field(default_factory=dict)
    gates: Mapping[str, float] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def valid(self) -> float | None:
        """NDCG@20 on valid of the whole model fitted on train; ``None``: nothing was measured."""
        value = self.choices.get("NDCG@20 of all", -1.0)
        return value if value >= 0 else None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "epochs": [dict(epoch) for epoch in self.epochs],
            "best_epoch": self.best_epoch,
            "choices": dict(self.choices),
            "gates": dict(self.gates),
            "seconds": dict(self.seconds),
        }

    @staticmethod
    def from_dict(tree: Mapping[str, Any]) -> TrainingLog:
        """The inverse of :meth:`to_dict`."""
        return TrainingLog(**{**tree, "epochs": tuple(tree["epochs"])})
