"""Recommendations from a knowledge graph, each with the paths that caused it.

>>> import kgrec
>>> data = kgrec.load("ml-100k")  # doctest: +SKIP
>>> graph = kgrec.KnowledgeGraph.build(data)  # doctest: +SKIP
>>> rec = kgrec.Recommender(seed=0).fit(graph)  # doctest: +SKIP
"""

from kgrec.config import Config
from kgrec.data import Dataset
from kgrec.errors import KgrecError
from kgrec.evaluate import Evaluation, evaluate
from kgrec.explain import Explanation
from kgrec.graph import KnowledgeGraph
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
    "Recommendations",
    "Recommender",
    "evaluate",
    "load",
]
