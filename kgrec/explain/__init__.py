"""Why an item was recommended: paths, exact shares, sentences, queries."""

from kgrec.explain.explainer import Explainer
from kgrec.explain.explains import Explains
from kgrec.explain.explanation import Explanation, Path, PathNode, PathRelation
from kgrec.explain.make import in_language, make_explainer

__all__ = [
    "Explainer",
    "Explains",
    "Explanation",
    "Path",
    "PathNode",
    "PathRelation",
    "in_language",
    "make_explainer",
]
