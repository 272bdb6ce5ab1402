from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from kgrec.evaluation import Evaluation
from kgrec.explain import Explanation
from kgrec.graph import KnowledgeGraph
from kgrec.report import Report
from kgrec.testing import tiny_dataset


def values(base: float) -> dict[str, float]:
    names = [f"{name}@{k}" for k in (10, 20) for name in ("Recall", "NDCG", "MRR", "Hit")]
    return {name: base + number / 100 for number, name in enumerate(names)}


@pytest.fixture
def evaluation() -> Evaluation:
    ours, rival = (
        pl.DataFrame({"user": ["1", "2"], "NDCG@20": scores}) for scores in ([0.5, 0.7], [0.4, 0.5])
    )
    return Evaluation(
        users=2,
        k=(10, 20),
        metrics=values(0.5),
        per_user=ours,
        baselines={"EASE": values(0.4), "Popularity": values(0.1)},
        baselines_per_user={"EASE": rival, "Popularity": rival},
    )


@pytest.fixture
def make_report(explanation: Explanation, evaluation: Evaluation) -> Callable[..., Report]:
    graph = KnowledgeGraph.build(tiny_dataset())

    def make(**changes: Any) -> Report:
        fields = {
            "title": "Recommendations for tiny",
            "dataset": "30 users and 40 films.",
            "licence": "CC0 1.0",
            "evaluation": evaluation,
            "epochs": [{"epoch": n, "loss": 3 / n, "NDCG@20": 0.1 * n} for n in (1, 2, 3)],
            "best_epoch": 2,
            "statistics": graph.statistics(),
            "quality": "no findings",
            "user": "1",
            "history": ("Alien", "Heat", "Ronin", "Unused"),
            "explanations": (explanation,),
            "path_share": 0.83,
            "gates": {"starring": 0.4},
            "seconds": {"Train": 65.0, "Rank": 0.2},
        }
        return Report(**{**fields, **changes})

    return make
