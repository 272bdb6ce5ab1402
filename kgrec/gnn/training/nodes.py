r"""What a graph network knows of a node before it looks at the node's neighbours.

.. math::
    z = \frac{(1 - \alpha)\, e + \alpha\, t W}{\max(\alpha, 1 - \alpha)}

:math:`e` is the *behaviour* part, a vector of the node's own, which begins with the node's
knowledge-graph embedding; :math:`t` the vector of its description, and so :math:`t W` the
*language* part. :math:`\alpha` weighs the two: 0 is no language, 1 is language alone, and at 1/2,
where a learned :math:`\alpha` starts, :math:`z = e + t W`. Dividing by the larger weight keeps the
length of a vector. What is missing is left out and not zero: a node without a description is
:math:`z = e`, however loud language is elsewhere (unless :math:`\alpha = 1`, where there is no
behaviour part).

Every further modality, an image say, is added with weights of its own, :math:`z + \sum_m x_m W_m`,
whatever :math:`\alpha`; with language alone there is none.

In training the behaviour part of some nodes is left out (``id_dropout``), so that a network learns
to do without: DropoutNet (Volkovs et al., NIPS 2017,
https://papers.nips.cc/paper/7081-dropoutnet-addressing-cold-start-in-recommender-systems).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch

from kgrec.config import GnnConfig
from kgrec.errors import ConfigError
from kgrec.gnn.inputs import NodeInputs, known_rows
from kgrec.gnn.training.encoder import SHARED_RATE, ParameterGroup
from kgrec.gnn.training.freeze import NEVER
from kgrec.gnn.training.own import OwnVectors


class NodeVectors(torch.nn.Module):
    """Trainable vectors of all core nodes.

    :param num_nodes: core nodes, items first
    :param inputs: texts, pretrained vectors and further modalities
    :param config: sizes, ``alpha``, ``id_dropout`` and what happens to pretrained vectors
    :raises ConfigError: if ``alpha = 1`` and there is no text
    """

    def __init__(self, num_nodes: int, inputs: NodeInputs, config: GnnConfig) -> None:
        super().__init__()
        self.own = OwnVectors(num_nodes, inputs.pretrained, config)
        self.id_dropout = config.id_dropout
        self.fixed = config.alpha
        self.text: torch.Tensor | None = None
        if inputs.text is None and self.fixed == 1:
            raise ConfigError("gnn.alpha = 1 is language alone, but there is no text: lower it.")
        if inputs.text is not None and self.fixed != 0:
            self.text = torch.from_numpy(inputs.text)
            self.text_weights = torch.nn.Parameter(_first_weights(self.text, config))
            if self.fixed is None:
                self.alpha_logit = torch.nn.Parameter(torch.zeros(()))
            self.described = torch.from_numpy(known_rows(inputs.text))
        self.modalities = {} if self.fixed == 1 else _tensors(inputs.modalities)
        self.modality_weights = torch.nn.ParameterDict(
            {
                str(place): torch.zeros(each.shape[1], config.embedding_size)
                for place, each in enumerate(self.modalities.values())
            }
        )

    @property
    def alpha(self) -> float:
        """The weight of language against behaviour, 0–1; without text it is 0."""
        if self.text is None:
            return 0.0
        return self.alpha_logit.detach().sigmoid().item() if self.fixed is None else self.fixed

    def chance(self) -> torch.Tensor | None:
        """Which nodes keep their behaviour part in a step of training; ``None``: all of them."""
        if not self.training or not self.id_dropout:
            return None
        return torch.rand(len(self.own.free)) >= self.id_dropout

    def forward(
        self, known: torch.Tensor | None = None, at: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Vectors of core nodes, shape ``(N, d)``; in training some without behaviour.

        :param known: which nodes keep it, shape ``(N,)``; ``None``: as :meth:`chance` has it
        :param at: of these alone, int64; ``None``: of all
        """
        known = self.chance() if known is None else known
        vectors = self._with_text(known, at)
        for place, each in enumerate(self.modalities.values()):
            part = each if at is None else each.index_select(0, at)
            vectors = vectors + part @ self.modality_weights[str(place)]
        return vectors

    def _with_text(self, known: torch.Tensor | None, at: torch.Tensor | None) -> torch.Tensor:
        if self.text is None:
            return self._behaviour(known, at)
        text = self.text if at is None else self.text.index_select(0, at)
        if self.fixed == 1:
            return text @ self.text_weights
        of_behaviour, of_language = self._shares()
        language = text @ (of_language * self.text_weights)
        return self._loud(of_behaviour, at) * self._behaviour(known, at) + language

    def _loud(self, share: torch.Tensor | float, at: torch.Tensor | None) -> torch.Tensor | float:
        """The weight of behaviour: 1 where there is no language beside it."""
        value = share.item() if isinstance(share, torch.Tensor) else share
        if value == 1 or self._all_described:
            return share
        described = self.described if at is None else self.described.index_select(0, at)
        return torch.where(described[:, None], torch.as_tensor(share), torch.ones(()))

    @cached_property
    def _all_described(self) -> bool:
        return bool(self.described.all())

    def groups(self) -> tuple[ParameterGroup, ...]:
        """All parameters; node vectors and text weights decay, ``alpha`` moves faster."""
        frozen = NEVER if self.fixed == 1 else 0.0
        groups = list(self.own.groups(frozen))
        if self.text is not None:
            groups.append(ParameterGroup("text", [self.text_weights], decay=True))
            if self.fixed is None:
                groups.append(ParameterGroup("alpha", [self.alpha_logit], rate=SHARED_RATE))
        if self.modalities:
            weights = [self.modality_weights[str(at)] for at in range(len(self.modalities))]
            groups.append(ParameterGroup("modalities", weights, decay=True))
        return tuple(groups)

    def _behaviour(self, known: torch.Tensor | None, at: torch.Tensor | None) -> torch.Tensor:
        vectors: torch.Tensor = self.own(at)
        if known is None:
            return vectors
        return vectors * (known if at is None else known[at])[:, None]

    def _shares(self) -> tuple[torch.Tensor | float, torch.Tensor | float]:
        """Weights of behaviour and language, of which the larger is 1."""
        if self.fixed is not None:
            larger = max(self.fixed, 1 - self.fixed)
            return (1 - self.fixed) / larger, self.fixed / larger
        # The same of a sigmoid; where both are 1, a clamp lets both have their gradient.
        return (-self.alpha_logit).clamp(max=0).exp(), self.alpha_logit.clamp(max=0).exp()


def _tensors(vectors: Mapping[str, npt.NDArray[np.float32]]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(each) for name, each in vectors.items()}


def _first_weights(text: torch.Tensor, config: GnnConfig) -> torch.Tensor:
    """Nothing, so that a text has to earn its say; random numbers where nothing else has one.

    From all zeros there would be no way down: a score is a product of two vectors.
    """
    shape = (text.shape[1], config.embedding_size)
    if config.alpha != 1:
        return torch.zeros(shape)
    described = text[text.any(dim=1)]
    length = described.square().sum(dim=1).mean().sqrt().nan_to_num().clamp_min(1e-12)
    return torch.randn(shape) * config.init_scale / length
