"""How true and how good the explanations of a recommender are."""

from kgrec.evaluation.explanations.evaluate import evaluate_explanations
from kgrec.evaluation.explanations.result import ExplanationEvaluation
from kgrec.evaluation.explanations.seeds import stability_over_seeds

__all__ = ["ExplanationEvaluation", "evaluate_explanations", "stability_over_seeds"]
