r"""Does the model itself score as the shares say, when walks are masked in its weights?

A deletion that only subtracts shares from the score would believe what it is to test. Here the
walks of paths are taken out of the pair weights :math:`W_{ji}` of a copy of the model, and the copy
scores *all* items by its own code, in float32.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.explain.explanation import Path
from kgrec.features import Features
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.training.losses import history_scale


def masked_model(
    model: PairModel, features: Features, history: csr_matrix, paths: Sequence[Path]
) -> PairModel:
    """A copy of the model in which some paths of one explanation carry nothing.

    :param model: the trained model
    :param features: knows the numbers of the items
    :param history: the user's, weighed as for a score, shape ``(1, I)``
    :param paths: of one explanation of that user, with their shares
    :raises ConfigError: if a path does not begin at an item of the history
    """
    model = model.settled()
    counts = history.toarray().ravel()
    scale = float(history_scale(history, model.history_power).item())
    starts = np.array([features.item_index(path.nodes[1].id) for path in paths], dtype=np.int64)
    ends = np.array([features.item_index(path.nodes[-1].id) for path in paths], dtype=np.int64)
    if (counts[starts] <= 0).any():
        raise ConfigError("A path to be masked does not begin at an item of the user's history.")
    shares = np.array([path.share for path in paths], dtype=np.float64)
    masked = csr_matrix(
        (shares / (scale * counts[starts]), (starts, ends)), shape=model.weights.shape
    )
    weights = csr_matrix(model.weights - masked, dtype=np.float32)
    return dataclasses.replace(model, weights=weights)


def rescored(
    model: PairModel, features: Features, history: csr_matrix, paths: Sequence[Path]
) -> npt.NDArray[np.float64]:
    """The scores of all items, by the model's own code, with some paths masked in its weights.

    :param model: the trained model
    :param features: knows the numbers of the items
    :param history: the user's, weighed as for a score, shape ``(1, I)``
    :param paths: of one explanation of that user
    :return: shape ``(I,)``
    """
    scores = masked_model(model, features, history, paths).score(history)
    return np.asarray(scores.numpy(), dtype=np.float64).ravel()
