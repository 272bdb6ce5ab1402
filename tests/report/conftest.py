from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest

from kgrec.evaluation import Evaluation
from kgrec.explain import Explanation, Path, PathNode, PathRelation
from kgrec.graph import KnowledgeGraph
from kgrec.report import Report
from kgrec.testing import tiny_dataset

Walk = Sequence[tuple[str, str]]
MakePath = Callable[..., Path]
HOSTILE = "<script>alert('x')</script> & \"co\"\x00"


def make_path(*steps: str, share: float = 1.0, type: str = "Film") -> Path:
    """A path through nodes given as ``key=label``, with relations between: node, relation, node."""
    nodes = []
    for step in steps[::2]:
        key, _, label = step.partition("=")
        kind, _, id = key.partition(":")
        nodes.append(
            PathNode(key, id, label or id, {"user": "User", "item": type}.get(kind, "Person"))
        )
    relations = tuple(PathRelation(name.replace(" ", "_"), name, True) for name in steps[1::2])
    words = f"Because of {nodes[1].label}."
    return Path(
        tuple(nodes), relations, share, 0.0, 1, words, f"MATCH (n {{id: '{nodes[1].id}'}})", ""
    )


def make_explanation(paths: Sequence[Path], **rest: float) -> Explanation:
    listed = sum(path.share for path in paths)
    item = paths[0].nodes[-1] if paths else PathNode("item:9", "9", "Nine", "Film")
    carried = listed + rest.get("other_paths", 0.0)
    return Explanation(
        "1", item.id, item.label, listed + sum(rest.values()), tuple(paths), rest, carried
    )


@pytest.fixture
def explanation() -> Explanation:
    """Two films share a person, one path is short, one is long, one speaks against the item."""
    to = "item:9=The Crooked Lantern"
    return make_explanation(
        [
            make_path(
                "user:1", "liked", "item:1=Heat", "starring", "entity:1=Ada Marlow", "actor in", to
            ),
            make_path(
                "user:1",
                "liked",
                "item:2=Ronin",
                "starring",
                "entity:1=Ada Marlow",
                "actor in",
                to,
                share=0.5,
            ),
            make_path("user:1", "liked", "item:3=Alien", "followed by", to, share=0.25),
            make_path(
                "user:1", "liked", "item:3=Alien", "liked by", "user:2", "liked", to, share=-0.25
            ),
        ],
        popularity=0.25,
        latent=0.25,
        other_paths=0.5,
    )


@pytest.fixture
def hostile() -> Explanation:
    path = make_path(
        f"user:1={HOSTILE}", HOSTILE, f"item:1={HOSTILE}", HOSTILE, f"item:9={HOSTILE}"
    )
    return make_explanation([path], popularity=1.0)


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
