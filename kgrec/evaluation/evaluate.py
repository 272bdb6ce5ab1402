"""Evaluate on held-out interactions: full ranking, nobody left out, baselines beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import polars as pl

from kgrec.callbacks import Progress
from kgrec.errors import ConfigError, DataError
from kgrec.evaluation.attributes import read_attributes
from kgrec.evaluation.baselines import Baseline
from kgrec.evaluation.beyond import Yardstick
from kgrec.evaluation.content import ItemContent, item_facts
from kgrec.evaluation.evaluation import Evaluation
from kgrec.evaluation.interactions import Interactions
from kgrec.evaluation.metrics import mean_metrics, ranking_metrics
from kgrec.evaluation.slices import slice_metrics
from kgrec.evaluation.tuning import fit_baselines
from kgrec.graph import KnowledgeGraph
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
    graph: KnowledgeGraph | None = None,
    groups: str | Sequence[str] = (),
    baselines: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure recommendations against held-out interactions.

    Accuracy is always measured; slices, coverage, novelty and popularity bias where the histories
    are known, diversity where the graph is, fairness to groups where they are asked for.

    :param rec: a fitted recommender
    :param test: columns ``user, item``; never used for fitting
    :param k: cut-off or cut-offs, each at least 1
    :param interactions: what the recommender was fitted on; ``None``: what is in the graph
    :param graph: what is known of users and items; ``None``: that of ``rec``, if it has one
    :param groups: attributes of users or items, ``"gender"`` or ``"genres"``: adds slices by users,
        and how fair the lists are to users and items
    :param baselines: also tune, fit and measure :data:`~kgrec.evaluation.tuning.BASELINES`, or
        :data:`~kgrec.evaluation.tuning.COLD_BASELINES` for candidates that nobody has
    :param progress: receives the stages
    :raises DataError: if the test is empty, or a list holds an item that its user has in
        ``interactions``, or that may not be recommended
    :raises ConfigError: if baselines or groups are asked for and what they need is not known, or
        there is no such attribute
    """
    cuts = _cuts(k)
    graph = _graph_of(rec) if graph is None else graph
    if interactions is None and graph is not None:
        interactions = Interactions.from_graph(graph)
    if baselines and interactions is None:
        raise ConfigError("Baselines learn from interactions: pass interactions=….")
    yardstick = _yardstick(interactions, graph, [groups] if isinstance(groups, str) else groups)
    if test.is_empty():
        raise DataError(
            "there is no held-out interaction", fix="give test at least one", file="test"
        )
    users = test["user"].unique().sort().to_list()
    lists = rec.recommend(users=users, k=max(cuts)).to_polars()
    per_user = ranking_metrics(lists, test, cuts)
    if interactions is None or yardstick is None:
        return Evaluation(len(users), cuts, mean_metrics(per_user), per_user)
    _check_allowed(lists, interactions)
    fitted = _rivals(interactions, graph, progress) if baselines else {}
    rivals = {name: _lists(each, interactions, users, max(cuts)) for name, each in fitted.items()}
    scored = {name: ranking_metrics(ranks, test, cuts) for name, ranks in rivals.items()}
    return Evaluation(
        users=len(users),
        k=cuts,
        metrics=mean_metrics(per_user),
        per_user=per_user,
        baselines={name: mean_metrics(table) for name, table in scored.items()},
        slices=slice_metrics(lists, test, interactions, cuts, yardstick.attributes),
        baselines_per_user=scored,
        parameters={name: model.parameters for name, model in fitted.items()},
        beyond=yardstick.measure(lists, per_user, max(cuts)),
        baselines_beyond={
            name: yardstick.measure(rivals[name], scored[name], max(cuts)) for name in rivals
        },
        exposure=yardstick.exposures(lists, users, max(cuts)),
    )


def _cuts(k: int | Sequence[int]) -> tuple[int, ...]:
    cuts = tuple(sorted({k} if isinstance(k, int) else set(k)))
    if not cuts or cuts[0] < 1:
        raise ConfigError(f"The cut-offs k must be at least 1, not {list(cuts)}.")
    return cuts


def _graph_of(rec: Recommends) -> KnowledgeGraph | None:
    graph = getattr(rec, "graph", None)
    return graph if isinstance(graph, KnowledgeGraph) else None


def _yardstick(
    interactions: Interactions | None, graph: KnowledgeGraph | None, groups: Sequence[str]
) -> Yardstick | None:
    if groups and graph is None:
        raise ConfigError("Groups are read from a graph: pass graph=….")
    if interactions is None or graph is None:
        return Yardstick(interactions) if interactions else None
    attributes = read_attributes(graph, groups, interactions)
    return Yardstick(interactions, item_facts(graph, interactions.items), attributes)


def _rivals(
    interactions: Interactions, graph: KnowledgeGraph | None, progress: Progress | None
) -> dict[str, Baseline]:
    """Tune and fit every baseline."""
    return fit_baselines(
        interactions.train,
        interactions.valid,
        candidates=interactions.candidates,
        content=ItemContent.of(graph, interactions.items) if graph else None,
        progress=progress,
    )


def _lists(model: Baseline, interactions: Interactions, users: list[str], k: int) -> pl.DataFrame:
    """Let a baseline rank for the same users under the same rules."""
    top = model.recommend(interactions.rows(users), k, candidates=interactions.candidates)
    return to_lists(top, users, interactions.items)


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


def _check_allowed(lists: pl.DataFrame, interactions: Interactions) -> None:
    """Refuse lists whose metrics would mean nothing.

    They must not repeat what a user is known to have, nor hold what may not be recommended.
    """
    items = pl.Series(interactions.items, dtype=pl.String)
    allowed = items if interactions.candidates is None else items.gather(interactions.candidates)
    strange = lists.filter(~pl.col("item").is_in(allowed.implode()))
    rows, columns = interactions.history.nonzero()
    users = pl.Series(interactions.users, dtype=pl.String)
    seen = pl.DataFrame({"user": users.gather(rows), "item": items.gather(columns)})
    repeated = lists.join(seen, on=["user", "item"], how="semi")
    for wrong, why, fix in (
        (repeated, "who has it in train or valid", "leave out what was seen"),
        (strange, "and is not among the items that may be", "recommend candidates only"),
    ):
        if wrong.height:
            user, item = wrong.select("user", "item").row(0)
            raise DataError(
                f"'{item}' is recommended to user '{user}', {why}",
                fix=fix,
                file="lists",
                column="item",
            )
