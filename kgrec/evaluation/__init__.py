"""Metrics, baselines, significance: how good the recommendations are, and compared with what."""

from kgrec.evaluation.attributes import Attribute, read_attributes
from kgrec.evaluation.baselines import Baseline, Popularity, Random
from kgrec.evaluation.calibration import miscalibration
from kgrec.evaluation.compare import (
    Interval,
    bootstrap,
    paired_bootstrap,
    paired_randomisation,
    randomisation_test,
    seed_interval,
)
from kgrec.evaluation.content import ItemContent
from kgrec.evaluation.diversity import intra_list_distance
from kgrec.evaluation.ease import EASE
from kgrec.evaluation.evaluate import evaluate
from kgrec.evaluation.evaluation import Evaluation
from kgrec.evaluation.fairness import (
    exposure,
    exposure_gap,
    group_means,
    group_shares,
    largest_gap,
)
from kgrec.evaluation.ials import IALS
from kgrec.evaluation.interactions import Interactions
from kgrec.evaluation.metrics import catalog_coverage, mean_metrics, ranking_metrics
from kgrec.evaluation.nearest_content import Content
from kgrec.evaluation.neighbours import ItemKNN, RP3beta
from kgrec.evaluation.spread import (
    average_popularity,
    gini,
    novelty,
    recommendation_counts,
)
from kgrec.evaluation.tuning import BASELINES, COLD_BASELINES, fit_baselines

__all__ = [
    "BASELINES",
    "COLD_BASELINES",
    "EASE",
    "IALS",
    "Attribute",
    "Baseline",
    "Content",
    "Evaluation",
    "Interactions",
    "Interval",
    "ItemContent",
    "ItemKNN",
    "Popularity",
    "RP3beta",
    "Random",
    "average_popularity",
    "bootstrap",
    "catalog_coverage",
    "evaluate",
    "exposure",
    "exposure_gap",
    "fit_baselines",
    "gini",
    "group_means",
    "group_shares",
    "intra_list_distance",
    "largest_gap",
    "mean_metrics",
    "miscalibration",
    "novelty",
    "paired_bootstrap",
    "paired_randomisation",
    "randomisation_test",
    "ranking_metrics",
    "read_attributes",
    "recommendation_counts",
    "seed_interval",
]
