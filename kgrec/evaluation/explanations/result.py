"""What an evaluation of explanations found, as a table and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.drawing.html import block, table
from kgrec.evaluation.compare import Interval, bootstrap
from kgrec.evaluation.explanations.against import Against, by_user
from kgrec.evaluation.explanations.case import STRONGEST
from kgrec.evaluation.explanations.claims import Claim, claims
from kgrec.evaluation.explanations.sanity import Randomisation
from kgrec.evaluation.explanations.truth import Truth
from kgrec.evaluation.tables import text_table

_MEANS = ("necessity", "lost", "sufficiency", "kept", "deletion_area", "insertion_area")


@dataclass(frozen=True, eq=False)
class ExplanationEvaluation:
    """How true and how good explanations are.

    :ivar users: how many users were drawn
    :ivar k: recommendations a user
    :ivar deleted: how many paths were deleted, or kept alone
    :ivar per_recommendation: one row a recommendation: ``user, item, paths, sum_error, path_share,
        latent_share, extracted_share``, and for each order of paths (``strongest`` and the
        controls), null without a path, ``same_paths, rank_drop, score_drop, necessity, lost,
        sufficiency, kept, deletion_area, insertion_area``
    :ivar against: the strongest paths against each control; empty where nothing has a path
    :ivar rescoring_error: see :func:`~kgrec.evaluation.explanations.sanity.rescoring_error`
    :ivar randomisation: by part of the model; empty where a model has no such parts
    :ivar quality: LIR, SEP, LID, SED, PTD and PTC of the strongest paths
    :ivar truth: whether all that is named exists
    """

    users: int
    k: int
    deleted: int
    per_recommendation: pl.DataFrame
    against: Mapping[str, Against]
    rescoring_error: float | None
    randomisation: Mapping[str, Randomisation]
    quality: Mapping[str, float]
    truth: Truth

    @property
    def passes_randomisation(self) -> bool | None:
        """Whether explanations of the wholly randomised model differ; ``None``: not measured."""
        whole = self.randomisation.get("all")
        return whole.passes if whole else None

    @property
    def rank_drop(self) -> Interval | None:
        """Places that deleting the strongest paths costs; ``None`` where nothing has a path."""
        if not self.against:
            return None
        (drops,) = by_user(self._explained, f"{STRONGEST}_rank_drop")
        return bootstrap(drops)

    @property
    def _explained(self) -> pl.DataFrame:
        return self.per_recommendation.filter(pl.col("paths") > 0)

    def coverage(self) -> dict[str, float | None]:
        """How much is explained, and how exactly: shares, errors, and the number of paths."""
        table = self.per_recommendation
        paths = pl.col("paths")
        values: dict[str, float | None] = table.select(
            with_path=(paths > 0).mean(),
            median_paths=paths.median(),
            few_paths=(paths <= self.deleted).mean(),
            path_share=pl.col("path_share").mean(),
            extracted_share=pl.col("extracted_share").mean(),
            largest_latent_share=pl.col("latent_share").max(),
            sum_error=pl.col("sum_error").max(),
        ).row(0, named=True)
        return values

    def claims(self) -> dict[str, Claim]:
        """How often random, shortest, attention and all three are beaten; empty without paths."""
        return claims(self._explained) if self.against else {}

    def orders(self) -> dict[str, dict[str, float]]:
        """The means of what is measured for each order of paths: ``strongest`` and the controls."""
        if not self.against:
            return {}
        table = self._explained
        return {
            name: {what: float(table[f"{name}_{what}"].mean()) for what in _MEANS}  # type: ignore[arg-type]
            for name in (STRONGEST, *self.against)
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain values, with ``None`` for what could not be measured, or is infinite."""
        drop = self.rank_drop
        tree = {
            "users": self.users,
            "recommendations": self.per_recommendation.height,
            "k": self.k,
            "deleted": self.deleted,
            "coverage": self.coverage(),
            "rescoring_error": self.rescoring_error,
            "rank_drop": vars(drop) if drop else None,
            "against": {name: each.to_dict() for name, each in self.against.items()},
            "claims": {name: each.to_dict() for name, each in self.claims().items()},
            "orders": self.orders(),
            "randomisation": {name: each.to_dict() for name, each in self.randomisation.items()},
            "passes_randomisation": self.passes_randomisation,
            "quality": dict(self.quality),
            "truth": vars(self.truth),
        }
        return _finite(tree)  # type: ignore[no-any-return]

    def to_json(self) -> str:
        """Return :meth:`to_dict` as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        from kgrec.evaluation.explanations.text import tables

        drawn = [table(["", *header[1:]], rows, caption=header[0]) for header, rows in tables(self)]
        return block(*drawn, title="Explanations, evaluated", lead=self._caption)

    def __str__(self) -> str:
        from kgrec.evaluation.explanations.text import tables

        lines = [self._caption]
        for each in tables(self):
            lines += ["", *text_table(*each)]
        return "\n".join(lines)

    @property
    def _caption(self) -> str:
        return (
            f"{self.users:,} users, the first {self.k} recommendations of each, all paths of "
            f"{self.per_recommendation.height:,} recommendations"
        )


def _finite(value: Any) -> Any:
    """The same with ``None`` for NaN and infinity, which JSON does not know."""
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
