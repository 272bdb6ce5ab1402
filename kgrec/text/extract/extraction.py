"""What an extraction found, and its counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from kgrec.text.asking import Tally

_MOST_REASONS = 12  # that are printed


@dataclass(frozen=True)
class Extraction:
    """What was found.

    :ivar table: a clean table ``extracted``, see :data:`kgrec.data.extracted.EXTRACTED_COLUMNS`
    :ivar texts: of how many items a text was read
    :ivar tally: of the questions to a language model; ``None``: nobody was asked
    """

    table: pl.DataFrame
    texts: int
    tally: Tally | None = None

    @property
    def states(self) -> pl.DataFrame:
        """How many claims there are by who asserts them and by state."""
        grouped = self.table.group_by("asserted_by", "state").agg(claims=pl.len())
        return grouped.sort("asserted_by", "state")

    @property
    def reasons(self) -> dict[str, int]:
        """How many claims have each reason for not being accepted, the commonest first."""
        doubted = self.table.filter(pl.col("reason").is_not_null()).group_by("reason").len()
        return dict(doubted.sort("len", "reason", descending=[True, False]).iter_rows())

    def to_dict(self) -> dict[str, Any]:
        """Counts for JSON: claims by who asserts them and by state, and the reasons of doubts."""
        tally = {} if self.tally is None else {"tally": asdict(self.tally)}
        return {
            "texts": self.texts,
            "claims": self.table.height,
            "states": self.states.to_dicts(),
            "reasons": self.reasons,
            **tally,
        }

    def __str__(self) -> str:
        lines = [f"{self.texts:,} texts, {self.table.height:,} claims"]
        lines += [f"  {by}: {count:,} {state}" for by, state, count in self.states.iter_rows()]
        shown = list(self.reasons.items())[:_MOST_REASONS]
        lines += [f"  {count:,} × {reason}" for reason, count in shown]
        return "\n".join(lines if self.tally is None else [*lines, str(self.tally)])
