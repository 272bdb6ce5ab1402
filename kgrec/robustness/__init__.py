"""How far invented users can push an item (shilling), and what a defence saves and costs."""

from kgrec.robustness.attack import Plan, attack
from kgrec.robustness.profiles import KINDS, Kind
from kgrec.robustness.result import Robustness

__all__ = ["KINDS", "Kind", "Plan", "Robustness", "attack"]
