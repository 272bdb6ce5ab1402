"""From features to a trained model of the kind that the settings ask for."""

from __future__ import annotations

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.fit import fit_linear
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.model import Model
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.gnn.training.finite import check_finite


def fit(
    features: Features,
    inputs: NodeInputs,
    config: GnnConfig,
    *,
    seed: int,
    progress: Progress,
    checkpoints: Checkpoints | None = None,
) -> tuple[Model, TrainingLog]:
    """Choose on valid, then refit on all that is known.

    :param features: the graph in numbers
    :param inputs: texts and pretrained vectors of the core nodes
    :param config: hyper-parameters
    :param seed: same seed, same data, same machine: same model
    :param progress: receives the stages and epochs
    :param checkpoints: where to go on from, and where to keep the state; ``None``: nowhere
    :raises DataError: if a vector holds a number that is not finite
    :raises KgrecError: if the training diverges
    """
    check_finite(features, inputs)
    if config.model != "linear":
        # Imported late: who takes the default has no use for it.
        from kgrec.gnn.deep.fit import fit_deep

        return fit_deep(
            features, inputs, config, seed=seed, progress=progress, checkpoints=checkpoints
        )
    return fit_linear(
        features, inputs, config, seed=seed, progress=progress, checkpoints=checkpoints
    )
