"""Recommendations from a knowledge graph, each with the paths that caused it.

>>> import kgrec
>>> data = kgrec.load("ml-100k")  # doctest: +SKIP
>>> graph = kgrec.KnowledgeGraph.build(data)  # doctest: +SKIP
>>> rec = kgrec.Recommender(seed=0).fit(graph)  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kgrec.config import Config
    from kgrec.data import Dataset
    from kgrec.errors import KgrecError
    from kgrec.evaluation import Evaluation, evaluate
    from kgrec.explain import Explanation
    from kgrec.graph import KnowledgeGraph
    from kgrec.graph.imports import Mapping, suggest_mapping
    from kgrec.loaders import load
    from kgrec.recommend import Recommendations, Recommender

__version__ = "0.1.0"

__all__ = [
    "Config",
    "Dataset",
    "Evaluation",
    "Explanation",
    "KgrecError",
    "KnowledgeGraph",
    "Mapping",
    "Recommendations",
    "Recommender",
    "evaluate",
    "load",
    "suggest_mapping",
]

_HOMES = {
    "Config": "kgrec.config",
    "Dataset": "kgrec.data",
    "Evaluation": "kgrec.evaluation",
    "Explanation": "kgrec.explain",
    "KgrecError": "kgrec.errors",
    "KnowledgeGraph": "kgrec.graph",
    "Mapping": "kgrec.graph.imports",
    "Recommendations": "kgrec.recommend",
    "Recommender": "kgrec.recommend",
    "evaluate": "kgrec.evaluation",
    "load": "kgrec.loaders",
    "suggest_mapping": "kgrec.graph.imports",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: torch alone takes seconds (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kgrec' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
