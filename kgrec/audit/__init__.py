"""What graph, text and pretraining are worth on a dataset: trained without each, and compared."""

from kgrec.audit.alpha import ALPHAS, AlphaCurve
from kgrec.audit.arms import ALL, ARMS, BASELINES, NAMES, Arm
from kgrec.audit.audit import audit
from kgrec.audit.intervals import Difference
from kgrec.audit.measure import Slice, System
from kgrec.audit.result import Audit

__all__ = [
    "ALL",
    "ALPHAS",
    "ARMS",
    "BASELINES",
    "NAMES",
    "AlphaCurve",
    "Arm",
    "Audit",
    "Difference",
    "Slice",
    "System",
    "audit",
]
