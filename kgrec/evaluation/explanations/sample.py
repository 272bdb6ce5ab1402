"""Which users are looked at."""

from __future__ import annotations

import numpy as np

from kgrec.errors import ConfigError
from kgrec.recommend import Recommender


def sampled_users(rec: Recommender, sample: int, seed: int) -> list[str]:
    """Draw users with a history at random; all of them if there are no more.

    :param sample: how many, at least 1
    :param seed: same seed, same users
    :return: their ids, in the order of the graph
    :raises ConfigError: if ``sample`` is below 1, or nobody has a history
    """
    if sample < 1:
        raise ConfigError(f"The sample must be of at least 1 user, not {sample}.")
    rows = np.flatnonzero(np.diff(rec.features.history.indptr))
    if not len(rows):
        raise ConfigError("Nobody has a history, so there is nothing to explain.")
    if len(rows) > sample:
        rows = np.random.default_rng(seed).choice(rows, sample, replace=False)
    return [rec.features.users[row] for row in np.sort(rows)]
