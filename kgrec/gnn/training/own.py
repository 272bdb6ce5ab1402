"""A vector of its own for every node, and what becomes of the part that was pretrained."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from kgrec.config import GnnConfig
from kgrec.gnn.training.encoder import ParameterGroup
from kgrec.gnn.training.freeze import NEVER


class OwnVectors(torch.nn.Module):
    """Random vectors, with the pretrained ones in place of their first numbers.

    Pretrained vectors are scaled to the spread of the random ones: a warm start gives directions,
    not lengths. What happens to them then is the policy ``gnn.pretrained``:

    - ``full``: they are trained as all others are;
    - ``frozen``: they stay as they are, and the numbers beside them are trained;
    - ``warm_up``: frozen for the first ``gnn.frozen_epochs`` epochs, then trained;
    - ``low_rank``: frozen, and ``A @ B`` of rank ``gnn.adapter_rank`` is trained on top, as LoRA
      does with a table of embeddings (Hu et al. 2021, https://arxiv.org/abs/2106.09685). ``A``
      starts at zero.

    :param num_nodes: core nodes
    :param pretrained: shape ``(N, p)``; ``None``: all numbers are random, and trained
    :param config: size, spread and policy
    :ivar free: all numbers that are trained from the start, shape ``(N, d)`` or ``(N, d - p)``
    :ivar known: the pretrained ones, where they are apart, shape ``(N, p)``
    """

    def __init__(
        self, num_nodes: int, pretrained: npt.NDArray[np.float32] | None, config: GnnConfig
    ) -> None:
        super().__init__()
        self.policy = config.pretrained if pretrained is not None else "full"
        self.frozen_epochs = config.frozen_epochs if self.policy == "warm_up" else NEVER
        vectors = torch.randn(num_nodes, config.embedding_size) * config.init_scale
        width = 0
        if pretrained is not None:
            known = torch.from_numpy(pretrained[:, : config.embedding_size])
            width = known.shape[1]
            vectors[:, :width] = known / known.std().clamp_min(1e-12) * config.init_scale
        if self.policy == "full":
            self.free = torch.nn.Parameter(vectors)
            return
        self.known = torch.nn.Parameter(vectors[:, :width].clone())
        self.free = torch.nn.Parameter(vectors[:, width:].clone())
        if self.policy == "low_rank":
            rank = config.adapter_rank
            self.adapter_nodes = torch.nn.Parameter(torch.zeros(num_nodes, rank))
            self.adapter_basis = torch.nn.Parameter(torch.randn(rank, width) / rank**0.5)

    def forward(self, at: torch.Tensor | None = None) -> torch.Tensor:
        """Vectors of core nodes, shape ``(N, d)``.

        :param at: of these alone, int64; ``None``: of all
        """

        def rows(table: torch.Tensor) -> torch.Tensor:
            return table if at is None else table.index_select(0, at)

        if self.policy == "full":
            return rows(self.free)
        known = rows(self.known)
        if self.policy == "low_rank":
            known = torch.addmm(known, rows(self.adapter_nodes), self.adapter_basis)
        return torch.cat([known, rows(self.free)], dim=1)

    def groups(self, frozen: float = 0.0) -> tuple[ParameterGroup, ...]:
        """All parameters.

        :param frozen: epochs in which none of them moves
        """
        groups = [ParameterGroup("nodes", [self.free], decay=True, frozen=frozen)]
        if self.policy != "full":
            epochs = max(frozen, self.frozen_epochs)
            groups.append(ParameterGroup("pretrained", [self.known], decay=True, frozen=epochs))
        if self.policy == "low_rank":
            adapter = [self.adapter_nodes, self.adapter_basis]
            groups.append(ParameterGroup("adapter", adapter, frozen=frozen))
        return tuple(groups)
