"""A table on its way from raw to clean: no row leaves it unreported."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kgrec.data.quality import Action, Finding

ROW = "__row__"
"""A hidden column: the row's number in its file, from 1 below the header."""

_EXAMPLES = 3
_EXAMPLE_COLUMNS = 5
_EXAMPLE_WIDTH = 32


class Sieve:
    """One table and the findings about it.

    :param frame: the rows; a row number is added where there is none
    :param file: what to call the table in findings
    :param findings: a list that this sieve and others append to
    :ivar frame: the rows that are left
    """

    def __init__(self, frame: pl.DataFrame, file: str, findings: list[Finding]) -> None:
        numbered = ROW in frame.columns
        self.frame = frame if numbered else frame.with_row_index(ROW, offset=1)
        self.file = file
        self.findings = findings

    def set_aside(
        self,
        bad: pl.Expr,
        *,
        column: str = "",
        problem: str,
        fix: str,
        action: Action = "set aside",
        leak: bool = False,
    ) -> None:
        """Take the rows out for which ``bad`` is true, and report them."""
        is_bad = self.frame.select(bad.fill_null(False).alias("bad"))["bad"]
        if is_bad.any():
            bad_rows = self.frame.filter(is_bad)
            self.report(bad_rows, column=column, problem=problem, fix=fix, action=action, leak=leak)
            self.frame = self.frame.filter(~is_bad)

    def report(
        self,
        rows: pl.DataFrame,
        *,
        column: str = "",
        problem: str,
        fix: str = "",
        action: Action,
        leak: bool = False,
    ) -> None:
        """Append a finding about ``rows``, with a few of them as examples."""
        some = examples(rows)
        self.findings.append(
            Finding(self.file, column, problem, rows.height, action, fix, some, leak)
        )

    def select(self, columns: Sequence[str]) -> None:
        """Keep those of ``columns`` that exist, and report the others as ignored."""
        for name in self.frame.columns:
            if name not in (*columns, ROW):
                self.report(
                    self.frame.select(ROW, name),
                    column=name,
                    problem="this table has no such column",
                    action="ignored",
                )
        self.frame = self.frame.select(
            ROW, *(name for name in columns if name in self.frame.columns)
        )

    def require(self, columns: Sequence[str]) -> None:
        """Set rows aside in which one of the text ``columns`` is empty, or has blanks only."""
        for column in columns:
            self.set_aside(
                pl.col(column).is_null() | ~pl.col(column).str.contains(r"\S"),
                column=column,
                problem=f"the {column} is empty",
                fix="fill it in",
            )

    def keep_first(self, key: Sequence[str], *, fix: str) -> None:
        """Merge rows that are the same, and keep only the first of those that share a ``key``."""
        if not self.frame.select(pl.struct(key).is_duplicated().any()).item():
            return
        content = [column for column in self.frame.columns if column != ROW]
        self.set_aside(
            ~pl.struct(content).is_first_distinct(),
            problem="the row was there before",
            fix="leave repeated rows out",
            action="merged",
        )
        self.set_aside(
            ~pl.struct(key).is_first_distinct(),
            column=key[0],
            problem=f"the {key[0]} was there before with other values, the first row counts",
            fix=fix,
        )

    def note_empty(self) -> None:
        """Report a table without rows."""
        if self.frame.is_empty():
            self.report(
                self.frame, problem="the table is empty", fix="delete it or fill it", action="kept"
            )


def examples(rows: pl.DataFrame) -> tuple[str, ...]:
    """Shorten a few rows to ``"row 3: user=7, item=12"``."""
    return tuple(map(_example, rows.head(_EXAMPLES).iter_rows(named=True)))


def _example(row: dict[str, object]) -> str:
    number = row.pop(ROW, None)
    values = [f"{name}={_short(value)}" for name, value in list(row.items())[:_EXAMPLE_COLUMNS]]
    where = f"row {number}: " if number is not None else ""
    return where + ", ".join(values)


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _EXAMPLE_WIDTH else text[: _EXAMPLE_WIDTH - 1] + "…"
