"""A fair chance for every baseline: hyper-parameters from a small grid, chosen on valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags

from kgrec.callbacks import Progress
from kgrec.evaluation.baselines import Baseline, Popularity, Random
from kgrec.evaluation.content import ItemContent
from kgrec.evaluation.ease import EASE
from kgrec.evaluation.ials import IALS
from kgrec.evaluation.interactions import binary
from kgrec.evaluation.nearest_content import Content
from kgrec.evaluation.neighbours import ItemKNN, RP3beta
from kgrec.index import mean_ndcg

BASELINES: tuple[type[Baseline], ...] = (Popularity, ItemKNN, RP3beta, EASE, IALS, Content)
COLD_BASELINES: tuple[type[Baseline], ...] = (Random, Content)
"""For candidates that nobody has taken, of which behaviour says nothing."""

# More users than this tell no more about a hyper-parameter; they are taken evenly spaced.
_MOST_USERS = 5_000
# So many of the known items play new ones where nothing about the real ones can be validated.
_HIDDEN = 0.1


def fit_baselines(
    train: csr_matrix,
    valid: csr_matrix,
    *,
    candidates: np.ndarray | None = None,
    content: ItemContent | None = None,
    k: int = 20,
    models: Sequence[type[Baseline]] | None = None,
    progress: Progress | None = None,
) -> dict[str, Baseline]:
    """Choose hyper-parameters by NDCG@k on ``valid``, then fit on train and valid together.

    EASE is left out where the catalog is too large for it, the baseline by content where there is
    none. Without validation interactions the default hyper-parameters are taken. Where no
    validation interaction is one with a candidate, because all of them are new, the warm items
    decide; what ranks by content is then chosen on a tenth of the known items, hidden like new
    ones.

    :param train: binary interactions, shape ``(users, items)``
    :param valid: the same shape
    :param candidates: item indices that may be recommended; ``None``: all
    :param content: facts and words of the items
    :param k: cut-off of the NDCG
    :param models: which baselines; ``None``: :data:`BASELINES`, or :data:`COLD_BASELINES` where
        nobody has taken any of the candidates
    :param progress: receives one stage, one step a fit
    :return: fitted baselines by name, in the order of ``models``
    """
    train, valid = binary(train), binary(valid)
    history = binary(train + valid)
    if models is None:
        cold = candidates is not None and not history[:, candidates].nnz
        models = COLD_BASELINES if cold else BASELINES
    grids = {
        model: _grid(model, content) for model in models if _fits(model, train.shape[1], content)
    }
    warm = _Trial(train, valid, candidates, k)
    fitted = {}
    with (progress or Progress()).stage(
        "Fitting baselines", sum(map(_steps, grids.values()))
    ) as bar:
        for model, grid in grids.items():
            trial = _hide_items(history, k) if warm.is_blind and model is Content else warm
            best, parameters = -1.0, {}
            for setting in settings(grid) if trial.users.size else ():
                bar.note(model.name)
                value = trial.ndcg(model(**setting), content)
                if value > best:
                    best, parameters = value, setting
                bar.advance()
            fitted[model.name] = _fit(model(**parameters), history, content)
            bar.advance()
    return fitted


def settings(grid: Mapping[str, Sequence[float]]) -> Iterator[dict[str, Any]]:
    """Yield every combination of a baseline's grid."""
    for values in product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def _steps(grid: Mapping[str, Sequence[float]]) -> int:
    return len(list(settings(grid))) + 1


def _grid(model: type[Baseline], content: ItemContent | None) -> dict[str, tuple[float, ...]]:
    return Content.grid_for(content) if model is Content and content else model.grid


def _fits(model: type[Baseline], num_items: int, content: ItemContent | None) -> bool:
    if model is Content:
        return bool(content)
    return num_items <= getattr(model, "most_items", num_items)


def _fit(model: Baseline, train: csr_matrix, content: ItemContent | None) -> Baseline:
    return model.fit(train, content) if isinstance(model, Content) else model.fit(train)


class _Trial:
    """Fits on train and measures on valid.

    :ivar is_blind: whether nothing about the candidates can be validated
    """

    def __init__(
        self, train: csr_matrix, valid: csr_matrix, candidates: np.ndarray | None, k: int
    ) -> None:
        self.is_blind = candidates is not None and valid[:, candidates].nnz == 0
        self.train, self.candidates, self.k = train, None if self.is_blind else candidates, k
        users = np.flatnonzero(np.diff(valid.indptr))
        if users.size > _MOST_USERS:
            users = users[np.linspace(0, users.size - 1, _MOST_USERS).astype(np.int64)]
        self.users = users
        self.rows, self.relevant = train[users], valid[users]

    def ndcg(self, model: Baseline, content: ItemContent | None) -> float:
        """Mean NDCG@k of a model fitted on train."""
        _fit(model, self.train, content)
        top = model.recommend(self.rows, self.k, candidates=self.candidates)
        return mean_ndcg(top.items, self.relevant)


def _hide_items(history: csr_matrix, k: int) -> _Trial:
    """Pretend that some known items are new, as the candidates are."""
    known = np.unique(history.indices)
    count = int(np.ceil(_HIDDEN * known.size))
    hidden = np.random.default_rng(0).choice(known, count, replace=False)
    is_hidden = np.isin(np.arange(history.shape[1]), hidden).astype(np.float32)
    train, valid = (binary(history @ diags(part)) for part in (1 - is_hidden, is_hidden))
    return _Trial(train, valid, hidden, k)
