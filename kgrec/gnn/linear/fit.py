"""From features to the default model: choose on valid, then refit on all that is known.

The choices are those of :mod:`kgrec.gnn.linear.choose`. With them all parts are fitted once more on
train and valid together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.sparse import csr_matrix, diags

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.choose import Choices, choose
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.factors import fit_factors
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.network import Training
from kgrec.gnn.linear.newcomers import Newcomers
from kgrec.gnn.linear.pairs import PairModel, masked_affinity, shared_pairs
from kgrec.gnn.linear.regression import fit_regression
from kgrec.gnn.linear.transfer import Transfer, fit_transfer
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.training.checkpoints import Checkpoints


def fit_linear(
    features: Features,
    inputs: NodeInputs,
    config: GnnConfig,
    *,
    seed: int,
    progress: Progress,
    checkpoints: Checkpoints | None = None,
) -> tuple[PairModel, TrainingLog]:
    """Train the default model.

    :param features: the graph in numbers
    :param inputs: texts and pretrained vectors of the core nodes
    :param config: hyper-parameters
    :param seed: same seed, same data, same machine: same model
    :param progress: receives the stages and epochs
    :param checkpoints: where to go on from, and where to keep the state; ``None``: nowhere
    """
    checkpoints = checkpoints or Checkpoints()
    hubs = FactHubs.of(features)
    content = Content.of(hubs, inputs)
    training = Training(features, inputs, config, hubs, content, seed, progress, checkpoints)
    choices = choose(training)
    histories = features.history if config.refit else features.train
    model, alpha = _refit(training, histories, choices)
    return model, _log(features, hubs, model, choices, alpha)


@torch.no_grad()
def _refit(training: Training, histories: csr_matrix, choices: Choices) -> tuple[PairModel, float]:
    """Fit all parts to ``histories`` and put them together; also returns the network's alpha."""
    config = training.config
    # Without validation interactions: a third of the epochs, and all parts weigh alike.
    epochs = choices.course.best_epoch or max(1, config.epochs // 3)
    with torch.enable_grad():
        encoder, _ = training.encoder(histories, epochs, "Refit graph network")
    shared = shared_pairs(histories)
    network = encoder.item_vectors()
    factors = torch.from_numpy(fit_factors(histories, choices.factors.setting))
    regression = fit_regression(histories, training.hubs, choices.closed.setting)
    of_factors, mix = choices.mix.factors or _even_mix(
        [masked_affinity(each, shared) for each in (network, factors)], regression.weights
    )
    # Dot products of these are those of the network and of the factors together.
    vectors = torch.cat([network, factors * of_factors**0.5], dim=1)
    learned = masked_affinity(vectors, shared)
    bias, closed = encoder.bias.numpy().copy(), regression.weights
    transfer, newcomers = None, None
    if training.transfers:
        transfer = fit_transfer(histories, training.content, choices.reach, training.facets)
        # On items without users the content alone is the better judge.
        closed = closed @ diags((transfer.users > 0).astype(np.float32))
        bias = transfer.popularity(bias, choices.reach.caution)
        newcomers = Newcomers.of(transfer, choices.reach, choices.content_mix, training.content)
    model = PairModel(
        weights=_sorted(learned + closed * np.float32(mix)),
        bias=bias,
        history_power=config.history_power,
        vectors=vectors.numpy().copy(),
        mix=mix,
        gates=regression.gates,
        content=_content(transfer, choices, len(bias)),
        recency=choices.recency,
        newcomers=newcomers,
    )
    return model, encoder.nodes.alpha


def _content(transfer: Transfer | None, choices: Choices, num_items: int) -> csr_matrix:
    if transfer is None:
        return csr_matrix((num_items, num_items), dtype=np.float32)
    return _sorted(transfer.credited(choices.reach.credit) * np.float32(choices.content_mix))


def _sorted(weights: csr_matrix) -> csr_matrix:
    weights = csr_matrix(weights, dtype=np.float32)
    weights.sort_indices()
    return weights


def _even_mix(learned: Sequence[csr_matrix], closed: csr_matrix) -> tuple[float, float]:
    """The factors of the others with which all parts weigh alike; 0 for a part without a pair."""
    first, *others = (float(abs(part).sum()) for part in (*learned, closed))
    of_factors, of_closed = ((first or 1.0) / other if other else 0.0 for other in others)
    return of_factors, of_closed


def _log(
    features: Features, hubs: FactHubs, model: PairModel, choices: Choices, alpha: float
) -> TrainingLog:
    course, closed, factors = choices.course, choices.closed, choices.factors
    network = course.epochs[course.best_epoch - 1]["NDCG@20"] if course.epochs else 0.0
    return TrainingLog(
        epochs=course.epochs,
        best_epoch=course.best_epoch,
        choices={
            "recency": choices.recency,
            "alpha": alpha,
            "unobserved": factors.setting.unobserved,
            "regularisation of factors": factors.setting.regularisation,
            "mix of factors": next(iter(choices.mix.factors), 0.0),
            "regularisation": closed.setting.regularisation,
            "facts": closed.setting.facts,
            "mix": model.mix,
            "text": choices.reach.text,
            "ridge": choices.reach.ridge,
            "smoothing": choices.reach.smoothing,
            "facets": choices.reach.facets,
            "credit": choices.reach.credit,
            "caution": choices.reach.caution,
            "NDCG@20 of the graph network": network,
            "NDCG@20 of the factors": factors.reached,
            "NDCG@20 of the closed form": closed.reached,
            "NDCG@20 of these three": choices.mix.reached,
            "NDCG@20 on items held out": choices.reach.cold,
            "NDCG@20 of all": choices.reached,
        },
        gates={
            features.relations[relation] + ("" if forward else " (inverse)"): float(gate)
            for (relation, forward), gate in zip(hubs.relations, model.gates, strict=True)
        },
    )
