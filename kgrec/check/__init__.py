"""May one train on a dataset, and believe the numbers? What gives answers away, and what is odd."""

from kgrec.check.linter import doubts, leaks, require_no_leaks

__all__ = ["doubts", "leaks", "require_no_leaks"]
