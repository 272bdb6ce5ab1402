"""The recommender: one object from a graph to explained recommendations."""

from kgrec.recommend.profile import Profile
from kgrec.recommend.recommendations import Recommendations
from kgrec.recommend.recommender import Recommender

__all__ = ["Profile", "Recommendations", "Recommender"]
