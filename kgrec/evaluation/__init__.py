"""Metrics, baselines, significance: how good the recommendations are, and compared with what."""

from kgrec.evaluation.baselines import Baseline, Popularity
from kgrec.evaluation.compare import Interval, bootstrap, paired_bootstrap
from kgrec.evaluation.ease import EASE
from kgrec.evaluation.evaluate import evaluate
from kgrec.evaluation.evaluation import Evaluation
from kgrec.evaluation.interactions import Interactions
from kgrec.evaluation.metrics import catalog_coverage, mean_metrics, ranking_metrics
from kgrec.evaluation.neighbours import ItemKNN, RP3beta
from kgrec.evaluation.tuning import BASELINES, fit_baselines

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
