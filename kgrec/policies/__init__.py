"""Policies: what a product asks of lists beside relevance, each with its cost.

::

    policy = Policy(never="theme/violence", diversity=Diversity(strength=0.3))
    rec.recommend(users=["42"], k=10, policy=policy)
"""

from kgrec.policies.apply import PolicedLists, apply_policy
from kgrec.policies.bound import BoundPolicy, bind
from kgrec.policies.files import policy_toml, read_policy
from kgrec.policies.policy import (
    Calibration,
    Cap,
    Diversity,
    Exposure,
    Policy,
    Rule,
    parse_policy,
)
from kgrec.policies.report import PolicyReport
from kgrec.policies.sensitive import sensitive_shares

__all__ = [
    "BoundPolicy",
    "Calibration",
    "Cap",
    "Diversity",
    "Exposure",
    "PolicedLists",
    "Policy",
    "PolicyReport",
    "Rule",
    "apply_policy",
    "bind",
    "parse_policy",
    "policy_toml",
    "read_policy",
    "sensitive_shares",
]
