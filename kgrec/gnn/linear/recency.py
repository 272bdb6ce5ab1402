r"""What a user did lately says more about what comes next.

.. math:: w_{uj} \propto (1 + a_{uj})^{-\gamma}, \qquad \sum_j w_{uj} = |H_u|

where :math:`a_{uj}` is the number of items that the user took after :math:`j`. Ranks instead of
seconds make one :math:`\gamma` fit users who come daily and users who come once a year. Power
laws of recency: Anderson et al., "The Dynamics of Repeat Consumption", WWW 2014.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.features import Features

POWERS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)


def recent_histories(features: Features, power: float) -> csr_matrix:
    """All that is known of the users, weighed by how late it was.

    :param power: :math:`\\gamma`, at least 0; 0: all alike
    :return: above 0 where ``features.history`` is 1, float32, shape ``(U, I)``
    """
    return weigh(features.history, features.history_ages, power)


def recent_train(features: Features, power: float) -> csr_matrix:
    """The same of *train* alone, as if it ended there."""
    return weigh(features.train, features.train_ages, power)


def weigh(histories: csr_matrix, ages: csr_matrix | None, power: float) -> csr_matrix:
    """Weigh histories by age; the weights of a user sum to the number of items.

    :param histories: binary, shape ``(U, I)``
    :param ages: 1 for the latest item of a user, 2 for the one before …; the places of
        ``histories``; ``None``: times are unknown
    """
    if ages is None or not power:
        return histories
    weights = ages.astype(np.float64)
    weights.data **= -power
    counts = np.diff(weights.indptr)
    sums = np.asarray(weights.sum(axis=1)).ravel()
    weights.data *= np.repeat(counts / np.maximum(sums, 1e-12), counts)
    return csr_matrix(weights, dtype=np.float32)
