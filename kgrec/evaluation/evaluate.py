"""Evaluate on held-out interactions: full ranking, nobody left out, baselines beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import polars as pl

from kgrec.callbacks import Progress
from kgrec.errors import ConfigError, DataError
from kgrec.evaluation.baselines import Baseline
from kgrec.evaluation.evaluation import Evaluation
from kgrec.evaluation.interactions import Interactions
from kgrec.evaluation.metrics import mean_metrics, ranking_metrics
from kgrec.evaluation.slices import slice_metrics
from kgrec.evaluation.tuning import fit_baselines
from kgrec.index import TopK


class Lists(Protocol):
    """Ranked lists."""

    def to_polars(self) -> pl.DataFrame:
        """Return the columns ``user, item, rank, score``; rank 1 is best."""


class Recommends(Protocol):
    """All that an evaluation needs of a recommender."""

    def recommend(self, *, users: list[str], k: int) -> Lists:
        """Return the best ``k`` items that each user has not seen."""


def evaluate(
    rec: Recommends,
    test: pl.DataFrame,
    *,
    k: int | Sequence[int] = (10, 20),
    interactions: Interactions | None = None,
    baselines: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure recommendations against held-out interactions.

    :param rec: a fitted recommender
    :param test: columns ``user, item``; never used for fitting
    :param k: cut-off or cut-offs, each at least 1
    :param interactions: what the recommender was fitted on; needed for slices and baselines
    :param baselines: also tune, fit and measure popularity, ItemKNN, RP3beta and EASE
    :param progress: receives the stages
    :raises DataError: if the test is empty, or a list holds an item that its user has in
        ``interactions``
    :raises ConfigError: if baselines are asked for without interactions
    """
    cuts = tuple(sorted({k} if isinstance(k, int) else set(k)))
    if not cuts or cuts[0] < 1:
        raise ConfigError(f"The cut-offs k must be at least 1, not {list(cuts)}.")
    if baselines and interactions is None:
        raise ConfigError("Baselines learn from interactions: pass interactions=….")
    if test.is_empty():
        raise DataError(
            "there is no held-out interaction", fix="give test at least one", file="test"
        )
    users = test["user"].unique().sort().to_list()
    lists = rec.recommend(users=users, k=max(cuts)).to_polars()
    if interactions is not None:
        _check_unseen(lists, interactions)
    per_user = ranking_metrics(lists, test, cuts)
    rivals = _rivals(interactions, users, max(cuts), progress) if baselines and interactions else {}
    scored = {name: ranking_metrics(ranks, test, cuts) for name, (_, ranks) in rivals.items()}
    return Evaluation(
        users=len(users),
        k=cuts,
        metrics=mean_metrics(per_user),
        per_user=per_user,
        baselines={name: mean_metrics(table) for name, table in scored.items()},
        slices=slice_metrics(lists, test, interactions, cuts) if interactions else {},
        baselines_per_user=scored,
        parameters={name: model.parameters for name, (model, _) in rivals.items()},
    )


def _rivals(
    interactions: Interactions, users: list[str], k: int, progress: Progress | None
) -> dict[str, tuple[Baseline, pl.DataFrame]]:
    """Fit every baseline and let it rank for the same users under the same rules."""
    fitted = fit_baselines(
        interactions.train,
        interactions.valid,
        candidates=interactions.candidates,
        progress=progress,
    )
    rows = interactions.rows(users)
    return {
        name: (
            model,
            to_lists(
                model.recommend(rows, k, candidates=interactions.candidates),
                users,
                interactions.items,
            ),
        )
        for name, model in fitted.items()
    }


def to_lists(top: TopK, users: Sequence[str], items: Sequence[str]) -> pl.DataFrame:
    """Give indices their names back.

    :param top: lists of item indices, one row for each of ``users``
    :param users: user ids
    :param items: the item id of every index
    :return: columns ``user, item, rank, score``, sorted by user as given, then rank
    """
    rows, places = np.nonzero(top.items >= 0)
    names: dict[str, Any] = {
        "user": pl.Series(users, dtype=pl.String).gather(rows),
        "item": pl.Series(items, dtype=pl.String).gather(top.items[rows, places]),
        "rank": pl.Series(places + 1, dtype=pl.Int64),
        "score": pl.Series(top.scores[rows, places], dtype=pl.Float32),
    }
    return pl.DataFrame(names)


def _check_unseen(lists: pl.DataFrame, interactions: Interactions) -> None:
    """Refuse lists that repeat what a user is known to have: their metrics would mean nothing."""
    users, items = interactions.history.nonzero()
    seen = pl.DataFrame(
        {
            "user": pl.Series(interactions.users, dtype=pl.String).gather(users),
            "item": pl.Series(interactions.items, dtype=pl.String).gather(items),
        }
    )
    repeated = lists.join(seen, on=["user", "item"], how="semi")
    if repeated.height:
        user, item = repeated.select("user", "item").row(0)
        raise DataError(
            f"'{item}' is recommended to user '{user}', who has it in train or valid",
            fix="leave out what was seen",
            file="lists",
            column="item",
        )
