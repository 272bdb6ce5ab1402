"""Why an item was recommended: paths, exact shares, sentences, queries."""

from kgrec.explain.explanation import Explanation, Path, PathNode, PathRelation

__all__ = ["Explanation", "Path", "PathNode", "PathRelation"]
