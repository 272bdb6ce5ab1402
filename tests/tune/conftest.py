from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.config import Config
from kgrec.graph import KnowledgeGraph
from kgrec.tune import Dimension, Study, tune
from kgrec.tune.space import Space
from kgrec.tune.trial import Trainer

SMALL: Space = {
    "gnn.learning_rate": Dimension(0.001, 0.1, log=True),
    "gnn.layers": Dimension(0, 2),
    "gnn.dropout": Dimension(0.0, 0.8),
    "kge.model": Dimension(choices=("DistMult", "TransE")),
}
Objective = Callable[[int, dict[str, Any], Callable[[int, float], None]], float]


@pytest.fixture(scope="session")
def small() -> Space:
    """An interval in powers, one of whole numbers, one of numbers, and choices."""
    return SMALL


@pytest.fixture
def search(
    tmp_path: Path, tiny_graph: KnowledgeGraph, quick: Callable[..., Config]
) -> Callable[..., Study]:
    """Tunes in a folder of the test; arguments overrule."""

    def run(**options: Any) -> Study:
        given: dict[str, Any] = {
            "graph": tiny_graph,
            "study": tmp_path / "study",
            "space": SMALL,
            "config": quick(gnn__epochs=3),
            "trials": 3,
            **options,
        }
        return tune(given.pop("graph"), **given)

    return run


@pytest.fixture
def objective(monkeypatch: pytest.MonkeyPatch) -> Callable[[Objective], None]:
    """Puts a function in the place of training."""

    def replace(function: Objective) -> None:
        def value(_self: Trainer, number: int, settings: Any, report: Any) -> float:
            return function(number, dict(settings), report)

        monkeypatch.setattr(Trainer, "value", value)

    return replace


def hill(_number: int, settings: dict[str, Any], report: Callable[[int, float], None]) -> float:
    """Best at few layers and a dropout of 0.3; it is reached in six epochs."""
    top = 1 / (1 + settings["gnn.layers"] + 4 * (settings["gnn.dropout"] - 0.3) ** 2)
    for epoch in range(1, 7):
        report(epoch, top * epoch / 6)
    return float(top)


@pytest.fixture(scope="session")
def the_hill() -> Objective:
    return hill
