"""What pretraining leaves: a matrix for entities, one for relations, and the course of the loss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch


@dataclass(frozen=True)
class KgeEmbeddings:
    """Trained vectors, all real-valued.

    A complex vector of ``c`` numbers (ComplEx, RotatE) is stored as its ``c`` real parts followed
    by its ``c`` imaginary parts; ``c`` is chosen so that this makes ``embedding_size`` numbers
    again. A model that keeps several tensors for an entity or a relation (TransD, BoxE, SE, …) has
    them flattened side by side, so its width may differ.

    :ivar entities: float32, shape: ``(num_entities, embedding_size)``
    :ivar relations: float32, shape: ``(num_relations, …)``, flattened to two dimensions
    :ivar losses: mean training loss of each epoch; empty if there was nothing to train on
    :ivar inverses: of the relations read from tail to head, the same shape; ``None``: not trained
    """

    entities: npt.NDArray[np.float32]
    relations: npt.NDArray[np.float32]
    losses: list[float] = field(default_factory=list)
    inverses: npt.NDArray[np.float32] | None = None

    @staticmethod
    def of(network: Any, losses: list[float]) -> KgeEmbeddings:
        """Read the vectors of a PyKEEN model."""
        relations = _real_view(network.relation_representations)
        inverses = None
        if network.use_inverse_triples:
            # PyKEEN numbers them in turn: a relation, its inverse, the next relation.
            relations, inverses = relations[0::2].copy(), relations[1::2].copy()
        entities = _real_view(network.entity_representations)
        return KgeEmbeddings(entities, relations, losses, inverses)


def tensor_of(representation: Any) -> torch.Tensor:
    """All vectors of a PyKEEN representation."""
    tensor: torch.Tensor = representation(indices=None)
    return tensor


def _real_view(representations: Iterable[Any]) -> npt.NDArray[np.float32]:
    """Flatten all representations to one real matrix, shape: ``(n, d)``."""
    with torch.inference_mode():
        tensors = [tensor_of(part).flatten(start_dim=1) for part in representations]
        parts = [
            part
            for tensor in tensors
            for part in ((tensor.real, tensor.imag) if tensor.is_complex() else (tensor,))
        ]
        return np.ascontiguousarray(torch.cat(parts, dim=1).float().numpy())
