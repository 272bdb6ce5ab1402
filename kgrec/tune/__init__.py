"""Finding good settings for a graph, with Optuna; only *valid* is looked at, never *test*."""

from kgrec.tune.dimension import Dimension
from kgrec.tune.search import tune
from kgrec.tune.space import SPACE
from kgrec.tune.study import Study

__all__ = ["SPACE", "Dimension", "Study", "tune"]
