"""Why an item was recommended: paths, exact shares, sentences, queries."""

from kgrec.explain.explainer import Explainer
from kgrec.explain.explanation import Explanation, Path, PathNode, PathRelation

__all__ = ["Explainer", "Explanation", "Path", "PathNode", "PathRelation"]
