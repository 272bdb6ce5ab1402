"""The recommender: one object from a graph to explained recommendations."""

from kgrec.recommend.recommendations import Recommendations
from kgrec.recommend.recommender import Recommender

__all__ = ["Recommendations", "Recommender"]
