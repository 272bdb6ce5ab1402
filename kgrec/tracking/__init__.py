"""Records of runs for TensorBoard and for Weights & Biases, and several listeners at once.

A tracker is a :class:`~kgrec.callbacks.Progress`, so that training knows nothing of it::

    from kgrec.tracking import open_tracker

    with open_tracker("tensorboard:logs/first") as tracker:
        tracker.start(config.model_dump())
        kgrec.Recommender(config, progress=tracker).fit(graph)
"""

from kgrec.tracking.address import open_tracker
from kgrec.tracking.several import Several
from kgrec.tracking.tracker import Tracker

__all__ = ["Several", "Tracker", "open_tracker"]
