"""What the arms are compared with: simple baselines, and for cold items a random order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from kgrec.audit.measure import K
from kgrec.callbacks import Progress
from kgrec.evaluation import BASELINES, Interactions, fit_baselines
from kgrec.evaluation.evaluate import to_lists
from kgrec.index import TopK

RANDOM = "random order"
"""What cold items are compared with: simple baselines know nothing of what nobody took."""


def baseline_lists(
    interactions: Interactions, users: list[str], progress: Progress
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Tune every baseline on valid, fit it, and let it rank.

    :return: its name and ``user, item, rank, score``
    """
    fitted = fit_baselines(
        interactions.train,
        interactions.valid,
        candidates=interactions.candidates,
        progress=progress,
    )
    rows = interactions.rows(users)
    for name, model in fitted.items():
        top = model.recommend(rows, K, candidates=interactions.candidates)
        yield name, to_lists(top, users, interactions.items)


def baseline_names() -> tuple[str, ...]:
    """The baselines that :func:`baseline_lists` may give."""
    return tuple(model.name for model in BASELINES)


def random_lists(interactions: Interactions, users: list[str], seed: int) -> pl.DataFrame:
    """Draw a list of candidates for every user.

    :param interactions: their candidates are cold, so that nobody has one
    """
    candidates = interactions.candidates
    assert candidates is not None
    random = np.random.default_rng(seed)
    size = min(K, len(candidates))
    items = np.stack([random.permutation(candidates)[:size] for _ in users])
    return to_lists(TopK(items, np.zeros(items.shape, np.float32)), users, interactions.items)
