"""What the arms are compared with: simple baselines, and for cold items those that know content."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.audit.measure import K
from kgrec.callbacks import Progress
from kgrec.evaluation import BASELINES, COLD_BASELINES, Interactions, ItemContent, fit_baselines
from kgrec.evaluation.evaluate import to_lists
from kgrec.graph import KnowledgeGraph


def baseline_lists(
    interactions: Interactions, graph: KnowledgeGraph, users: list[str], progress: Progress
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Tune every baseline on valid, fit it, and let it rank.

    :param graph: what is known of the items
    :return: its name and ``user, item, rank, score``
    """
    fitted = fit_baselines(
        interactions.train,
        interactions.valid,
        candidates=interactions.candidates,
        content=ItemContent.of(graph, interactions.items),
        progress=progress,
    )
    rows = interactions.rows(users)
    for name, model in fitted.items():
        top = model.recommend(rows, K, candidates=interactions.candidates)
        yield name, to_lists(top, users, interactions.items)


def baseline_names() -> tuple[str, ...]:
    """The baselines that :func:`baseline_lists` may give."""
    return tuple(dict.fromkeys(model.name for model in (*COLD_BASELINES, *BASELINES)))
