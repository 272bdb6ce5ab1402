"""What reading a dataset set aside or mended, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["set aside", "merged", "ruled out", "added", "kept", "ignored"]
"""What was done: a faulty row is *set aside*, a repeated one *merged* into its twin, one that a
stated rule does not count (a low rating) *ruled out*; a row that was missing is *added*; an odd
one is *kept*; a column nobody reads is *ignored*."""

REMOVING: tuple[Action, ...] = ("set aside", "merged", "ruled out")
"""The actions after which a table has fewer rows."""


@dataclass(frozen=True)
class Finding:
    """Rows of one table that share one fault.

    :ivar table: the file or table, for instance ``"train.csv"``
    :ivar column: the column that is to blame; empty where it is the whole row
    :ivar problem: the fault, for instance ``"the weight is negative"``
    :ivar rows: how many rows have it
    :ivar action: what was done with them
    :ivar fix: what the user can do about it
    :ivar examples: a few of the rows, shortened; a row number counts from 1 below the header
    :ivar leak: whether they give away the answers that a model is tested on, or chosen by
    """

    table: str
    column: str
    problem: str
    rows: int
    action: Action
    fix: str = ""
    examples: tuple[str, ...] = ()
    leak: bool = False

    def __str__(self) -> str:
        where = f"{self.table}, column '{self.column}'" if self.column else self.table
        count = f"{self.rows:,} row{'' if self.rows == 1 else 's'} {self.action}"
        shown = f" (for instance {'; '.join(self.examples)})" if self.examples else ""
        fix = f"; {self.fix}" if self.fix else ""
        return f"{where}: {count}: {self.problem}{shown}{fix}."


@dataclass(frozen=True)
class QualityReport:
    """All findings of one reading, in the order in which they were met."""

    findings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or "no findings"

    def __add__(self, other: QualityReport) -> QualityReport:
        return QualityReport(self.findings + other.findings)

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """Findings about rows that give answers away."""
        return tuple(finding for finding in self.findings if finding.leak)

    @property
    def set_aside(self) -> int:
        """Faulty rows that were not used."""
        return self.count("set aside")

    def count(self, *actions: Action, table: str | None = None) -> int:
        """Rows with which one of ``actions`` was taken.

        :param actions: for instance ``"merged"``
        :param table: only in this file or table
        """
        return sum(
            finding.rows
            for finding in self.findings
            if finding.action in actions and table in (None, finding.table)
        )
