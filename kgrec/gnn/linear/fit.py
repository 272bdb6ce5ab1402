"""From features to a trained model: choose on valid, then refit on all that is known.

Every choice is made with what *train* teaches, measured on *valid*:

1. how much more the latest items of a history weigh,
2. the number of epochs of the graph network,
3. the closed form that adds most to it: its regularisation, the weight of facts against users,
   and the mix of the two parts,
4. how behaviour is carried over to items with few users or none, on items held out of train.

With these settings all parts are fitted once more on train and valid together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from scipy.sparse import csr_matrix, diags

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.encoder import LinearRelationalEncoder
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import PairModel, keeps_all_pairs, masked_affinity, shared_pairs
from kgrec.gnn.linear.recency import recent_train
from kgrec.gnn.linear.regression import (
    Choice,
    ClosedForm,
    Regression,
    choose_recency,
    choose_regression,
    fit_regression,
)
from kgrec.gnn.linear.transfer import Reach, Transfer, choose_credit, choose_reach, fit_transfer
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.training.loop import Course, Measure, train_encoder
from kgrec.gnn.trial import Trial
from kgrec.sparse import MOST_DENSE


@dataclass(frozen=True)
class _Choices:
    """All that is chosen on valid."""

    recency: float = 0.0
    course: Course = field(default_factory=lambda: Course((), 0))
    closed: Choice = field(default_factory=Choice)
    reach: Reach = field(default_factory=Reach)


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
            )
        return encoder, course

    def model(self, histories: csr_matrix, choices: _Choices) -> PairModel:
        """Fit all parts to ``histories`` and put them together."""
        # Without validation interactions: a third of the epochs, and both parts weigh alike.
        epochs = choices.course.best_epoch or max(1, self.config.epochs // 3)
        encoder, _ = self.encoder(histories, epochs, "Refit graph network")
        regression = fit_regression(histories, self.hubs, choices.closed.setting)
        transfer = None
        if self.transfers:
            transfer = fit_transfer(histories, self.content, choices.reach)
        return _assemble(encoder, histories, regression, transfer, choices, self.config)

    @property
    def transfers(self) -> bool:
        """Whether content is to carry behaviour over, and the catalog is not too large for it."""
        return self.config.content and keeps_all_pairs(len(self.features.items))


def fit_linear(
    features: Features,
    inputs: NodeInputs,
    config: GnnConfig,
    *,
    seed: int,
    progress: Progress,
) -> tuple[PairModel, TrainingLog]:
    """Train the default model.

    :param features: the graph in numbers
    :param inputs: texts and pretrained vectors of the core nodes
    :param config: hyper-parameters
    :param seed: same seed, same data, same machine: same model
    :param progress: receives the stages and epochs
    """
    hubs = FactHubs.of(features)
    content = Content.of(hubs, inputs)
    training = Training(features, inputs, config, hubs, content, seed, progress)
    choices = _choose(training)
    histories = features.history if config.refit else features.train
    model = training.model(histories, choices)
    return model, _log(features, training.hubs, model, choices)


def _choose(training: Training) -> _Choices:
    features, config = training.features, training.config
    recency = config.recency
    closed_form = ClosedForm(features.train, training.hubs)
    if recency is None:
        recency = choose_recency(features, closed_form, config.history_power)
    trial = Trial(recent_train(features, recency), features.valid, config.history_power)
    chosen = _Choices(recency=recency)
    if trial.possible:
        chosen = _choose_parts(training, closed_form, trial, chosen)
    return chosen


def _choose_parts(
    training: Training, closed_form: ClosedForm, trial: Trial, chosen: _Choices
) -> _Choices:
    train, config = training.features.train, training.config
    encoder, course = training.encoder(train, config.epochs, "Train graph network", trial)
    learned = _affinity(encoder, shared_pairs(train), trial) + encoder.bias.detach()
    closed = choose_regression(closed_form, trial, learned, training.progress)
    chosen = replace(chosen, course=course, closed=closed)
    if not training.transfers:
        return chosen
    reach = choose_reach(train, training.content, training.seed, training.progress)
    weights = closed_form.fit(closed.setting).weights
    both = learned + closed.mix * trial.sums(weights)
    transfer = fit_transfer(train, training.content, reach)
    return replace(chosen, reach=choose_credit(transfer, reach, trial, both, closed.mix))


def _measure(encoder: LinearRelationalEncoder, shared: csr_matrix, trial: Trial) -> Measure:
    # A square once made dense saves a sparse one of the same size at every epoch.
    dense = shared.shape[0] <= MOST_DENSE
    mask = torch.from_numpy(shared.toarray()) if dense else None

    def measure() -> dict[str, float]:
        return trial.measure(_affinity(encoder, shared, trial, mask) + encoder.bias.detach())

    return measure


@torch.no_grad()
def _affinity(
    encoder: LinearRelationalEncoder,
    shared: csr_matrix,
    trial: Trial,
    mask: torch.Tensor | None = None,
) -> torch.Tensor:
    vectors = encoder.item_vectors()
    if mask is not None:
        return trial.sums((vectors @ vectors.T).mul_(mask))
    return trial.sums(masked_affinity(vectors, shared))


@torch.no_grad()
def _assemble(
    encoder: LinearRelationalEncoder,
    histories: csr_matrix,
    regression: Regression,
    transfer: Transfer | None,
    choices: _Choices,
    config: GnnConfig,
) -> PairModel:
    vectors = encoder.item_vectors()
    learned = masked_affinity(vectors, shared_pairs(histories))
    mix = choices.closed.mix or _even_mix(learned, regression.weights)
    bias = encoder.bias.numpy().copy()
    closed = regression.weights
    if transfer:
        # On items without users the content alone is the better judge.
        closed = closed @ diags((transfer.users > 0).astype(np.float32))
    weights = csr_matrix(learned + closed * np.float32(mix), dtype=np.float32)
    weights.sort_indices()
    return PairModel(
        weights=weights,
        bias=transfer.popularity(bias) if transfer else bias,
        history_power=config.history_power,
        vectors=vectors.numpy().copy(),
        mix=mix,
        gates=regression.gates,
        content=_content(transfer, choices.reach.credit, mix, len(bias)),
        recency=choices.recency,
    )


def _content(transfer: Transfer | None, credit: float, mix: float, num_items: int) -> csr_matrix:
    if transfer is None:
        return csr_matrix((num_items, num_items), dtype=np.float32)
    weights = csr_matrix(transfer.credited(credit) * np.float32(mix or 1.0), dtype=np.float32)
    weights.sort_indices()
    return weights


def _even_mix(learned: csr_matrix, closed: csr_matrix) -> float:
    """The mix with which both parts weigh alike; 1 where the network has learned no pair."""
    of_learned, of_closed = float(abs(learned).sum()), float(abs(closed).sum())
    if not of_closed:
        return 0.0
    return of_learned / of_closed if of_learned else 1.0


def _log(features: Features, hubs: FactHubs, model: PairModel, choices: _Choices) -> TrainingLog:
    course, choice, reach = choices.course, choices.closed, choices.reach
    network = course.epochs[course.best_epoch - 1]["NDCG@20"] if course.epochs else 0.0
    return TrainingLog(
        epochs=course.epochs,
        best_epoch=course.best_epoch,
        choices={
            "regularisation": choice.setting.regularisation,
            "facts": choice.setting.facts,
            "mix": model.mix,
            "NDCG@20 of the graph network": network,
            "NDCG@20 of the closed form": choice.alone,
            "NDCG@20 of both": choice.together,
            "recency": choices.recency,
            "text": reach.text,
            "ridge": reach.ridge,
            "credit": reach.credit,
            "NDCG@20 on items held out": reach.cold,
            "NDCG@20 of all": max(reach.valid, choice.together),
        },
        gates={
            features.relations[relation] + ("" if forward else " (inverse)"): float(gate)
            for (relation, forward), gate in zip(hubs.relations, model.gates, strict=True)
        },
    )
