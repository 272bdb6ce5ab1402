"""What a policy did to lists: what it kept out, what it moved, and what it could not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from kgrec.policies.policy import Policy

UNMET = pl.Schema(
    {"user": pl.String(), "group": pl.String(), "share": pl.Float64(), "minimum": pl.Float64()}
)


@dataclass(frozen=True, eq=False)
class PolicyReport:
    """What became of recommendations under a policy.

    :ivar policy: the policy
    :ivar barred: filter in words → how many items of the catalog it keeps out
    :ivar kept_out: filter in words → how many recommendations it removed: places of the lists
        without the policy. One that two filters remove counts for both
    :ivar capped: how many recommendations the caps removed from lists that the filters had passed
    :ivar moved: how many recommendations are not where the model alone would have them
    :ivar short: how many lists are shorter than asked for
    :ivar unmet: ``user, group, share, minimum``: minimum exposures that lists do not reach
    """

    policy: Policy
    barred: Mapping[str, int] = field(default_factory=dict)
    kept_out: Mapping[str, int] = field(default_factory=dict)
    capped: int = 0
    moved: int = 0
    short: int = 0
    unmet: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNMET))

    def __str__(self) -> str:
        lines = [
            f"{rule}: {items:,} items barred, {self.kept_out[rule]:,} recommendations kept out"
            for rule, items in self.barred.items()
        ]
        if self.policy.cap:
            lines.append(f"cap: {self.capped:,} recommendations kept out")
        lines.append(f"{self.moved:,} recommendations moved")
        if self.short:
            lines.append(f"{self.short:,} lists shorter than asked for")
        if self.unmet.height:
            lists = self.unmet["user"].n_unique()
            groups = ", ".join(self.unmet["group"].unique().sort())
            lines.append(f"{lists:,} users' lists below the minimum exposure of {groups}")
        return "\n".join(lines)
