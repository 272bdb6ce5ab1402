"""A fair chance for every baseline: hyper-parameters from a small grid, chosen on valid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.evaluation.baselines import Baseline, Popularity
from kgrec.evaluation.ease import EASE
from kgrec.evaluation.interactions import binary
from kgrec.evaluation.neighbours import ItemKNN, RP3beta
from kgrec.index import mean_ndcg

BASELINES: tuple[type[Baseline], ...] = (Popularity, ItemKNN, RP3beta, EASE)

# More users than this tell no more about a hyper-parameter; they are taken evenly spaced.
_MOST_USERS = 5_000


def fit_baselines(
    train: csr_matrix,
    valid: csr_matrix,
    *,
    candidates: np.ndarray | None = None,
    k: int = 20,
    models: Sequence[type[Baseline]] = BASELINES,
    progress: Progress | None = None,
) -> dict[str, Baseline]:
    """Choose hyper-parameters by NDCG@k on ``valid``, then fit on train and valid together.

    EASE is left out where the catalog is too large for it. Without validation interactions the
    default hyper-parameters are taken.

    :param train: binary interactions, shape ``(users, items)``
    :param valid: the same shape
    :param candidates: item indices that may be recommended; ``None``: all
    :param k: cut-off of the NDCG
    :param models: which baselines
    :param progress: receives one stage, one step a fit
    :return: fitted baselines by name, in the order of ``models``
    """
    train, valid = binary(train), binary(valid)
    chosen = [model for model in models if _fits(model, train.shape[1])]
    trial = _Trial(train, valid, candidates, k)
    total = sum(len(list(settings(model))) + 1 for model in chosen)
    fitted = {}
    with (progress or Progress()).stage("Fitting baselines", total) as bar:
        for model in chosen:
            best, parameters = -1.0, {}
            for setting in settings(model) if trial.users.size else ():
                bar.note(model.name)
                value = trial.ndcg(model(**setting))
                if value > best:
                    best, parameters = value, setting
                bar.advance()
            fitted[model.name] = model(**parameters).fit(binary(train + valid))
            bar.advance()
    return fitted


def settings(model: type[Baseline]) -> Iterator[dict[str, Any]]:
    """Yield every combination of a baseline's grid."""
    for values in product(*model.grid.values()):
        yield dict(zip(model.grid, values, strict=True))


def _fits(model: type[Baseline], num_items: int) -> bool:
    return num_items <= getattr(model, "most_items", num_items)


class _Trial:
    """Fits on train and measures on valid."""

    def __init__(
        self, train: csr_matrix, valid: csr_matrix, candidates: np.ndarray | None, k: int
    ) -> None:
        if candidates is not None and valid[:, candidates].nnz == 0:
            # Cold candidates: nothing about them can be validated, so the warm items decide.
            candidates = None
        self.train, self.candidates, self.k = train, candidates, k
        users = np.flatnonzero(np.diff(valid.indptr))
        if users.size > _MOST_USERS:
            users = users[np.linspace(0, users.size - 1, _MOST_USERS).astype(np.int64)]
        self.users = users
        self.rows, self.relevant = train[users], valid[users]

    def ndcg(self, model: Baseline) -> float:
        """Mean NDCG@k of a model fitted on train."""
        model.fit(self.train)
        top = model.recommend(self.rows, self.k, candidates=self.candidates)
        return mean_ndcg(top.items, self.relevant)
