"""Ranked lists that draw themselves in a notebook and go anywhere a table goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from kgrec.drawing.lines import counted, one_line
from kgrec.explain import Explanation
from kgrec.policies import PolicyReport
from kgrec.recommend.notebook import lists_html

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Recommendations:
    """The best items of some users.

    Anything that reads Arrow reads it: ``polars.DataFrame(top)``, ``pyarrow.table(top)``.

    :ivar table: ``user, item, rank, score, label``; users as asked, rank 1 is best. Under a policy
        also ``place``, the rank by score alone (null: below all that was looked at), and ``moved``,
        what moved it from where to where (empty: nothing did)
    :ivar explanations: one for each row, where they were asked for
    :ivar policy_report: what a policy removed and moved, and what it could not reach
    """

    table: pl.DataFrame
    explanations: tuple[Explanation, ...] = ()
    policy_report: PolicyReport | None = None

    @property
    def items(self) -> list[str]:
        """Item ids in the order of the rows."""
        return self.table["item"].to_list()

    def __len__(self) -> int:
        return self.table.height

    def __repr__(self) -> str:
        lists, users = self.table.height, self.table["user"].n_unique()
        return f"Recommendations({counted(lists, 'item')} for {counted(users, 'user')})"

    def __str__(self) -> str:
        shown = self.table.head(20)
        words = [each.sentence for each in self.explanations[:20]] or shown["label"]
        lines = [
            f"{one_line(user):>8}  {rank:>3}. {one_line(said)}{f'  [{moved}]' if moved else ''}"
            for user, rank, said, moved in zip(
                shown["user"], shown["rank"], words, self._moved(20), strict=True
            )
        ]
        more = self.table.height - len(lines)
        return "\n".join(lines + ([f"… and {more:,} more"] if more > 0 else []))

    def _moved(self, rows: int) -> list[str]:
        shown = self.table.head(rows)
        return shown["moved"].to_list() if "moved" in shown.columns else [""] * shown.height

    def to_polars(self) -> pl.DataFrame:
        """Columns ``user, item, rank, score, label``, and ``place, moved`` under a policy."""
        return self.table

    def to_pandas(self) -> pd.DataFrame:
        """The same for pandas."""
        return self.table.to_pandas()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        return lists_html(self)
