"""The graph network among the parts of the model: training it, and what it scores on valid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.encoder import LinearRelationalEncoder
from kgrec.gnn.linear.facets import FacetTrainer
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.least_squares import LeastSquares
from kgrec.gnn.linear.pairs import keeps_all_pairs, masked_affinity, shared_pairs
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.gnn.training.loop import Course, Measure, train_encoder
from kgrec.gnn.trial import Trial
from kgrec.sparse import MOST_DENSE


@dataclass(frozen=True, eq=False)
class Training:
    """Everything that stays the same from the search to the refit."""

    features: Features
    inputs: NodeInputs
    config: GnnConfig
    hubs: FactHubs
    content: Content
    seed: int
    progress: Progress
    checkpoints: Checkpoints

    def encoder(
        self, histories: csr_matrix, epochs: int, stage: str, trial: Trial | None = None
    ) -> tuple[LinearRelationalEncoder, Course]:
        """Train a fresh graph network, watched by ``trial`` if there is one."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            encoder = LinearRelationalEncoder(self.features, self.inputs, self.config)
            course = train_encoder(
                encoder,
                histories,
                self.config,
                epochs=epochs,
                random=np.random.default_rng(self.seed),
                measure=_measure(encoder, shared_pairs(histories), trial) if trial else None,
                progress=self.progress,
                stage=stage,
                checkpoints=self.checkpoints,
            )
        return encoder, course

    @property
    def facets(self) -> FacetTrainer:
        """Trains what content carries over."""
        return FacetTrainer(self.content, self.config, self.seed)

    @property
    def factors(self) -> LeastSquares:
        """The factors before anything is chosen."""
        return LeastSquares(embedding_size=self.config.factors, seed=self.seed)

    @property
    def transfers(self) -> bool:
        """Whether content is to carry behaviour over, and the catalog is not too large for it."""
        return self.config.content and keeps_all_pairs(len(self.features.items))


@torch.no_grad()
def affinity(
    encoder: LinearRelationalEncoder,
    shared: csr_matrix,
    trial: Trial,
    mask: torch.Tensor | None = None,
) -> torch.Tensor:
    """Scores of the network without popularity, for the users of ``trial``, shape ``(n, I)``.

    :param shared: stored where two items share a user, shape ``(I, I)``
    :param mask: the same as a dense tensor, if there is one
    """
    vectors = encoder.item_vectors()
    if mask is not None:
        return trial.sums((vectors @ vectors.T).mul_(mask))
    return trial.sums(masked_affinity(vectors, shared))


def _measure(encoder: LinearRelationalEncoder, shared: csr_matrix, trial: Trial) -> Measure:
    # A square once made dense saves a sparse one of the same size at every epoch.
    dense = shared.shape[0] <= MOST_DENSE
    mask = torch.from_numpy(shared.toarray()) if dense else None

    def measure() -> dict[str, float]:
        return trial.measure(affinity(encoder, shared, trial, mask) + encoder.bias.detach())

    return measure
