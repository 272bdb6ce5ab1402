r"""What the takers of one item make of the facts and words of another, learned by ranking.

.. math:: L_{ji} = \langle q_j + x_j W, x_i W \rangle
    = \sum_f \langle q_j + x_j W, W_f \rangle\, x_{if}

An item to recommend is what is known of it and nothing else, the sum of its facets :math:`x_i`
(facts, words, the vector of its description, further modalities), so that one whom nobody has taken
is scored like any other; only items of a history have a vector :math:`q` of their own. Trained like
the graph network, with a softmax over the items that have users. This is DropoutNet (Volkovs et
al., NIPS 2017,
https://papers.nips.cc/paper/7081-dropoutnet-addressing-cold-start-in-recommender-systems) with the
own vectors of targets left out always, and linear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix, hstack

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.gnn.linear.content import Content
from kgrec.gnn.training.encoder import Encoder, ParameterGroup
from kgrec.gnn.training.freeze import NEVER
from kgrec.gnn.training.loop import train_encoder
from kgrec.sparse import product

Floats = npt.NDArray[np.float32]
Measure = Callable[[Floats], dict[str, float]]

# Facets are many and each is rare: small steps, strong decay, an early stop.
_TRAINING = {
    "learning_rate": 0.003,
    "weight_decay": 0.5,
    "batch_size": 256,
    "patience": 5,
    "dropout": 0.5,
    "keep": 0.5,
    "loss": "softmax",
}
_MOST_EPOCHS = 30
_INIT = 0.05
_NEVER_RANKED = -1e9


@dataclass(frozen=True, eq=False)
class FacetVectors:
    """Items as what a history holds, and as what may be recommended.

    :ivar known: :math:`q_j + x_j W`, float32, shape ``(I, d)``
    :ivar items: :math:`x_i W`, the same shape
    :ivar facts: :math:`W_f` of the facts among the facets, shape ``(F, d)``
    :ivar modalities: what each further modality has in ``items``, shapes ``(I, d)``
    """

    known: Floats
    items: Floats
    facts: Floats
    modalities: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def weights(self) -> Floats:
        """:math:`L`, zero diagonal, float32, shape ``(I, I)``."""
        weights = self.known @ self.items.T
        np.fill_diagonal(weights, 0.0)
        return np.asarray(weights)

    def times(self, factor: float) -> FacetVectors:
        """As loud as ``factor`` has it."""
        return replace(self, known=self.known * np.float32(factor))


class FacetEncoder(Encoder):
    """Items by their facets, users by their histories.

    :param content: what is known of the items
    :param warm: whether an item has users, shape ``(I,)``; the others are not ranked in training
    :param config: size and dropout
    """

    def __init__(self, content: Content, warm: npt.NDArray[np.bool_], config: GnnConfig) -> None:
        super().__init__()
        size, num_items = config.embedding_size, len(warm)
        self.dropout = config.dropout
        self.num_facts = content.facts.shape[1]
        self.facets = csr_matrix(hstack([content.facts, content.words]), dtype=np.float32)
        self.described, self.places = _dense(content)
        width = 0 if self.described is None else self.described.shape[1]
        # One column more: how popular a facet is.
        self.of_facets = _random(self.facets.shape[1], size + 1)
        self.of_vectors = _random(width, size + 1)
        self.own = _random(num_items, size)
        ranked = torch.where(torch.from_numpy(warm), 0.0, _NEVER_RANKED)
        self.bias = torch.nn.Parameter(ranked, requires_grad=False)

    def vectors(
        self, histories: csr_matrix, scale: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors of users and of all items; see :meth:`Encoder.vectors`."""
        items = self._of_content()
        known = torch.nn.functional.dropout(self.own + items[:, :-1], self.dropout, self.training)
        users = product(histories, known) * scale
        return torch.nn.functional.pad(users, (0, 1), value=1.0), items

    @torch.no_grad()
    def item_vectors(self) -> FacetVectors:
        """Vectors of all items; those of a history are 0 for items without users."""
        items = self._of_content()[:, :-1]
        known = (self.own + items) * (self.bias == 0)[:, None]
        facts = self.of_facets[: self.num_facts, :-1]
        modalities = {name: self._of_modality(name).numpy() for name in self.places}
        return FacetVectors(known.numpy(), items.numpy(), facts.numpy().copy(), modalities)

    def groups(self) -> tuple[ParameterGroup, ...]:
        """All decay; the bias only says what is ranked."""
        moving = [self.of_facets, self.of_vectors, self.own]
        return (
            ParameterGroup("facets", moving, decay=True),
            ParameterGroup("bias", [self.bias], frozen=NEVER),
        )

    def _of_modality(self, name: str) -> torch.Tensor:
        assert self.described is not None
        place = self.places[name]
        return self.described[:, place] @ self.of_vectors[place, :-1]

    def _of_content(self) -> torch.Tensor:
        items = product(self.facets, self.of_facets)
        return items if self.described is None else items + self.described @ self.of_vectors


@dataclass(frozen=True, eq=False)
class FacetTrainer:
    """Trains facets.

    :ivar content: what is known of the items
    :ivar config: the settings of the graph network
    :ivar seed: of the first numbers, and of what is hidden
    """

    content: Content
    config: GnnConfig
    seed: int

    def search(self, histories: csr_matrix, measure: Measure) -> tuple[Floats, int]:
        """Train until ``measure`` of the weights gets worse: the best weights, and their epoch.

        :param histories: binary, shape ``(U, I)``
        """
        vectors, epochs = self._train(histories, _MOST_EPOCHS, measure)
        return vectors.weights, epochs

    def fit(self, histories: csr_matrix, epochs: int) -> FacetVectors:
        """Train for so many epochs."""
        return self._train(histories, epochs, None)[0]

    def _train(
        self, histories: csr_matrix, epochs: int, measure: Measure | None
    ) -> tuple[FacetVectors, int]:
        config = self.config.model_copy(update=_TRAINING)
        warm = np.asarray(histories.sum(axis=0)).ravel() > 0
        with torch.enable_grad(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            encoder = FacetEncoder(self.content, warm, config)
            course = train_encoder(
                encoder,
                histories,
                config,
                epochs=epochs,
                random=np.random.default_rng(self.seed),
                measure=(lambda: measure(encoder.item_vectors().weights)) if measure else None,
                progress=Progress(),
                stage="Train facets",
            )
        return encoder.item_vectors(), course.best_epoch


def _dense(content: Content) -> tuple[torch.Tensor | None, dict[str, slice]]:
    """Descriptions and modalities side by side, and in which columns each modality is."""
    parts = [] if content.vectors is None else [content.vectors]
    places: dict[str, slice] = {}
    width = sum(each.shape[1] for each in parts)
    for name, each in content.modalities.items():
        places[name] = slice(width, width + each.shape[1])
        width += each.shape[1]
        parts.append(each)
    if not parts:
        return None, places
    return torch.from_numpy(parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)), places


def _random(rows: int, columns: int) -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.randn(rows, columns) * _INIT)
