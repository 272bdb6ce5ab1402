"""Explain the recommendations of some users in full, and test the explanations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.errors import ConfigError
from kgrec.evaluation.explanations.against import against
from kgrec.evaluation.explanations.case import STRONGEST, Case, cases_of, measure
from kgrec.evaluation.explanations.result import ExplanationEvaluation
from kgrec.evaluation.explanations.sample import sampled_users
from kgrec.evaluation.explanations.sanity import Randomised, rescoring_error
from kgrec.evaluation.explanations.truth import Lookup
from kgrec.explain import Path
from kgrec.explain.faithfulness import (
    Neighbourhoods,
    controls,
    ending_relations,
    linking_interaction_diversity,
    linking_interaction_recency,
    path_type_concentration,
    path_type_diversity,
    popularities,
    recencies,
    shared_entity_diversity,
    shared_entity_popularity,
    strongest,
)
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender

_RESCORED = 20


def evaluate_explanations(
    rec: Recommender,
    *,
    sample: int = 100,
    k: int = 5,
    deleted: int = 3,
    seed: int = 0,
    progress: Progress | None = None,
) -> ExplanationEvaluation:
    """Measure whether explanations are what moves the scores, and what they look like.

    The first ``k`` recommendations of each user are explained with all paths. The first of each
    user is also explained with randomised models, and the first of some users scored again with
    masked weights. Deletions subtract shares from scores, which is what the model does if it is a
    sum of its paths; of another model they say what its explanations claim.

    :param rec: a fitted recommender
    :param sample: so many users with a history are drawn at random, at least 1; all if there are no
        more
    :param k: recommendations a user, at least 1; an item below that rank is not recommended
    :param deleted: how many paths are deleted or kept, at least 1
    :param seed: of the users, the controls, the random models and the intervals
    :param progress: receives the stage "Testing explanations", one step a user
    :raises ConfigError: if a number is below 1, nobody has a history, or there is nothing to
        recommend
    """
    if min(sample, k, deleted) < 1:
        raise ConfigError(
            f"sample, k and deleted must be at least 1, not {sample}, {k} and {deleted}."
        )
    users = sampled_users(rec, sample, seed)
    orders = {STRONGEST: strongest, **controls(Neighbourhoods(rec.graph), seed)}
    random_models, lookup = Randomised(rec, deleted, seed), Lookup(rec.graph)
    rows: list[dict[str, Any]] = []
    firsts: list[Case] = []
    told: list[list[Path]] = []
    with (progress or Progress()).stage("Testing explanations", len(users)) as bar:
        for user in users:
            cases = list(cases_of(rec, user, k))
            rows += [measure(case, orders, deleted, k) for case in cases]
            for case in cases[:1]:
                random_models.add(case)
                if case.explanation.paths and len(firsts) < _RESCORED:
                    firsts.append(case)
            told.append([case.explanation.paths[0] for case in cases if case.explanation.paths])
            for case in cases:
                lookup.add(case.explanation.paths)
            bar.advance()
    if not rows:
        raise ConfigError("There is nothing left to recommend to the users who were drawn.")
    table = pl.DataFrame(rows, infer_schema_length=None)
    explained = table.filter(pl.col("paths") > 0)
    return ExplanationEvaluation(
        users=len(users),
        k=k,
        deleted=deleted,
        per_recommendation=table,
        against={name: against(explained, name, seed) for name in orders if name != STRONGEST}
        if explained.height
        else {},
        rescoring_error=rescoring_error(rec, firsts, deleted),
        randomisation=random_models.results(),
        quality=_quality(rec.graph, users, told),
        truth=lookup.result(),
    )


def _quality(
    graph: KnowledgeGraph, users: Sequence[str], told: Sequence[Sequence[Path]]
) -> dict[str, float]:
    """The metrics of the literature, on the strongest path of each recommendation."""
    paths = [path for each in told for path in each]
    return {
        "LIR": linking_interaction_recency(paths, recencies(graph, users)),
        "SEP": shared_entity_popularity(paths, popularities(graph)),
        "LID": linking_interaction_diversity(told),
        "SED": shared_entity_diversity(told),
        "PTD": path_type_diversity(told, max(ending_relations(graph), 1)),
        "PTC": path_type_concentration(told),
    }
