"""Metrics, baselines, significance: how good the recommendations are, and compared with what."""

from kgrec.evaluate.baselines import Baseline, Popularity
from kgrec.evaluate.compare import Interval, bootstrap, paired_bootstrap
from kgrec.evaluate.ease import EASE
from kgrec.evaluate.evaluate import evaluate
from kgrec.evaluate.evaluation import Evaluation
from kgrec.evaluate.interactions import Interactions
from kgrec.evaluate.metrics import catalog_coverage, mean_metrics, ranking_metrics
from kgrec.evaluate.neighbours import ItemKNN, RP3beta
from kgrec.evaluate.tuning import BASELINES, fit_baselines

__all__ = [
    "BASELINES",
    "EASE",
    "Baseline",
    "Evaluation",
    "Interactions",
    "Interval",
    "ItemKNN",
    "Popularity",
    "RP3beta",
    "bootstrap",
    "catalog_coverage",
    "evaluate",
    "fit_baselines",
    "mean_metrics",
    "paired_bootstrap",
    "ranking_metrics",
]
