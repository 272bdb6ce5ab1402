"""Ranked lists that draw themselves in a notebook and go anywhere a table goes."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from kgrec.explain import Explanation

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Recommendations:
    """The best items of some users.

    Anything that reads Arrow reads it: ``polars.DataFrame(top)``, ``pyarrow.table(top)``.

    :ivar table: ``user, item, rank, score, label``; users as asked, rank 1 is best
    :ivar explanations: one for each row, where they were asked for
    """

    table: pl.DataFrame
    explanations: tuple[Explanation, ...] = ()

    @property
    def items(self) -> list[str]:
        """Item ids in the order of the rows."""
        return self.table["item"].to_list()

    def __len__(self) -> int:
        return self.table.height

    def __repr__(self) -> str:
        users = self.table["user"].n_unique()
        return f"Recommendations({self.table.height:,} items for {users:,} users)\n{self}"

    def __str__(self) -> str:
        shown = self.table.head(20)
        words = [each.sentence for each in self.explanations[:20]] or shown["label"]
        lines = [
            f"{user:>8}  {rank:>3}. {said}"
            for user, rank, said in zip(shown["user"], shown["rank"], words, strict=True)
        ]
        more = self.table.height - len(lines)
        return "\n".join(lines + ([f"… and {more:,} more"] if more > 0 else []))

    def to_polars(self) -> pl.DataFrame:
        """Columns ``user, item, rank, score, label``."""
        return self.table

    def to_pandas(self) -> pd.DataFrame:
        """The same for pandas."""
        return self.table.to_pandas()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        head = "<tr><th>user</th><th>rank</th><th>item</th><th>score</th><th>why</th></tr>"
        rows = []
        for index, row in enumerate(self.table.head(50).iter_rows(named=True)):
            why = self.explanations[index].because if self.explanations else ""
            cells = (row["user"], row["rank"], row["label"], f"{row['score']:.3f}", why)
            rows.append(
                "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"
            )
        return f"<table>{head}{''.join(rows)}</table>"
