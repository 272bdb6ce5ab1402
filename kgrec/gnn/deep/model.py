r"""What is left of an R-GCN or a KGAT after training.

.. math:: s_{ui} = |H_u|^{1-\rho} \langle x_u, x_i\rangle + b_i

:math:`x_i` is fixed; :math:`x_u` is computed from the history (:mod:`kgrec.gnn.deep.side`), known
from training or not. Of its parts only the popularity :math:`b_i` is exact; what the rest owes to
the edges of the graph :mod:`kgrec.explain.deep` says, for which the network itself is kept
(:mod:`kgrec.gnn.deep.network`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from kgrec.gnn.deep.encoder import DeepEncoder
from kgrec.gnn.deep.histories import Histories
from kgrec.gnn.deep.kgat import KgatSide
from kgrec.gnn.deep.network import Network
from kgrec.gnn.deep.rgcn import RgcnEncoder, RgcnSide
from kgrec.gnn.deep.side import Side
from kgrec.gnn.pattern import Pattern
from kgrec.gnn.training.losses import history_scale

Floats = npt.NDArray[np.float32]

# Users go through in blocks of this very size, the last one filled up with strangers: a product of
# matrices of another size may round otherwise, and scores would depend on the batch.
_BLOCK = 64


@dataclass(frozen=True, eq=False)
class VectorModel:
    """A trained network whose users are made of their histories.

    :ivar kind: ``rgcn`` or ``kgat``
    :ivar layers: vectors of items as users hear them, before each layer, shapes ``(I, d_l)``
    :ivar vectors: final vectors of items, shape ``(I, D)``
    :ivar bias: float32, shape ``(I,)``
    :ivar history_power: :math:`\\rho`
    :ivar side: the weights that users go through
    :ivar network: what explanations need beside these
    """

    kind: str
    layers: tuple[torch.Tensor, ...]
    vectors: torch.Tensor
    bias: Floats
    history_power: float
    side: Side
    network: Network

    @staticmethod
    @torch.no_grad()
    def of(encoder: DeepEncoder, histories: csr_matrix, history_power: float) -> VectorModel:
        """Take the model out of its encoder.

        :param histories: of the users from whom items hear, binary, shape ``(U, I)``
        """
        encoder.eval()
        kind = "rgcn" if isinstance(encoder, RgcnEncoder) else "kgat"
        live, passed = encoder.side(), encoder.through(Histories(histories))
        side = _side(kind, {name: each.detach().clone() for name, each in live.tensors().items()})
        return VectorModel(
            kind=kind,
            layers=tuple(each.clone() for each in passed.items[: max(side.layers, 1)]),
            vectors=side.join(passed.items).clone(),
            bias=encoder.popularity().numpy(),
            history_power=history_power,
            side=side,
            network=Network.of(encoder, passed),
        )

    @property
    def recency(self) -> float:
        """0: all items of a history are alike."""
        return 0.0

    @property
    def num_items(self) -> int:
        """Columns of a score."""
        return len(self.bias)

    @torch.no_grad()
    def users(self, histories: csr_matrix) -> torch.Tensor:
        """Vectors of users, whose products with :attr:`vectors` are scores without bias.

        :param histories: above 0 where a user has an item, shape ``(n, I)``
        :return: float32, shape ``(n, D)``
        """
        blocks = [self._block(histories, at) for at in range(0, histories.shape[0], _BLOCK)]
        return torch.cat(blocks) if blocks else torch.zeros(0, self.vectors.shape[1])

    @torch.no_grad()
    def score(self, histories: csr_matrix) -> torch.Tensor:
        """Score all items; see :class:`kgrec.gnn.model.Model`."""
        scores = torch.empty(histories.shape)
        for start in range(0, len(scores), _BLOCK):
            rows = scores[start : start + _BLOCK]
            users = self._block(histories, start, whole=True)
            rows.copy_((users @ self.vectors.T + self._popularity)[: len(rows)])
        return scores

    def ranking(
        self,
        histories: csr_matrix,
        candidates: npt.NDArray[np.int64] | None = None,  # noqa: ARG002
    ) -> torch.Tensor:
        """The scores: every item may be recommended."""
        return self.score(histories)

    def parts(
        self, histories: csr_matrix, items: npt.NDArray[np.int64]
    ) -> dict[str, npt.NDArray[np.float64]]:
        """All that is not popularity is latent; see :class:`kgrec.gnn.model.Model`."""
        of_items = self.vectors[torch.from_numpy(items)]
        latent = (self.users(histories) * of_items).sum(dim=1).numpy().astype(np.float64)
        return {
            "paths": np.zeros_like(latent),
            "content": np.zeros_like(latent),
            "latent": latent,
            "popularity": self.bias[items].astype(np.float64),
        }

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """All numbers by name."""
        layers = {f"layers.{n}": each.numpy() for n, each in enumerate(self.layers)}
        side = {f"side.{name}": each.numpy() for name, each in self.side.tensors().items()}
        kept = {f"network.{name}": each.numpy() for name, each in self.network.tensors().items()}
        scalars = np.array([self.history_power], dtype=np.float64)
        vectors = self.vectors.numpy()
        whole = {"vectors": vectors, "bias": self.bias, "scalars": scalars}
        return {**layers, **side, **kept, **whole}

    @staticmethod
    def of_tensors(kind: str, tensors: Mapping[str, npt.NDArray[Any]]) -> VectorModel:
        """The inverse of :meth:`tensors`.

        :param kind: ``rgcn`` or ``kgat``
        :raises KeyError: if a tensor is missing
        :raises ValueError: if tensors do not fit together
        """
        numbers = {name: torch.from_numpy(value) for name, value in tensors.items()}
        layers = _below("layers.", numbers)
        model = VectorModel(
            kind=kind,
            layers=tuple(layers[str(number)] for number in range(len(layers))),
            vectors=numbers["vectors"],
            bias=tensors["bias"],
            history_power=float(tensors["scalars"][0]),
            side=_side(kind, _below("side.", numbers)),
            network=Network.of_tensors(kind, _below("network.", numbers)),
        )
        model._check()
        return model

    def _check(self) -> None:
        """Try it on a stranger: what does not fit together fails here, and not when it serves."""
        if len(self.layers) != max(self.side.layers, 1):
            raise ValueError("there are not as many layers of items as of weights")
        try:
            self.score(csr_matrix((1, self.num_items), dtype=np.float32))
            self._hear_nobody()
        except (RuntimeError, IndexError) as error:
            raise ValueError("the tensors do not fit together") from error

    def _hear_nobody(self) -> None:
        """Go through the network without an edge.

        :raises RuntimeError: if tensors of it do not fit together
        """
        nothing, nobody = torch.zeros(0), np.zeros(0, dtype=np.int64)
        nodes = torch.cat([self.layers[0], self.network.entities])
        edges = Pattern(nobody, nobody, (len(nodes), len(nodes)))
        kinds = torch.from_numpy(nobody)
        for layer in range(self.side.layers):
            heard = self.network.messages.heard(layer, edges, kinds, nothing, nodes)
            nodes = self.side.step(layer, nodes, heard)

    @cached_property
    def _popularity(self) -> torch.Tensor:
        return torch.from_numpy(self.bias)

    def _block(self, histories: csr_matrix, start: int, *, whole: bool = False) -> torch.Tensor:
        """Vectors of some users; with ``whole`` also those of the strangers that fill a block."""
        part = csr_matrix(histories[start : start + _BLOCK])
        size = part.shape[0]
        part.resize(_BLOCK, part.shape[1])
        known = Histories(part)
        users = self.side.users(known, self.layers)
        users = users * (known.sums * history_scale(part, self.history_power))
        return users if whole else users[:size]


def _side(kind: str, tensors: Mapping[str, torch.Tensor]) -> Side:
    """
    :raises KeyError: if a tensor is missing
    :raises ValueError: if there is no such kind, or a layer lacks a tensor
    """
    if kind not in {"rgcn", "kgat"}:
        raise ValueError(f"there is no model of the kind '{kind}'")
    try:
        return RgcnSide.of_tensors(tensors) if kind == "rgcn" else KgatSide.of_tensors(tensors)
    except TypeError as error:
        raise ValueError("a layer does not have the tensors that it needs") from error


def _below(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
