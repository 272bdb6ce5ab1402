"""Texts of a language model, held against the paths that they tell."""

from kgrec.explain.rewrite.rewriter import Rewriter, Rewritten, Tally, prompt_for
from kgrec.explain.rewrite.verifier import Verifier

__all__ = ["Rewriter", "Rewritten", "Tally", "Verifier", "prompt_for"]
