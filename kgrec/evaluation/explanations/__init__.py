"""How true and how good the explanations of a recommender are."""

from kgrec.evaluation.explanations.evaluate import evaluate_explanations
from kgrec.evaluation.explanations.result import ExplanationEvaluation

__all__ = ["ExplanationEvaluation", "evaluate_explanations"]
