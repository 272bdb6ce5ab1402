"""A dataset in a notebook: its tables, its split, and what reading it set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from kgrec.drawing.html import bar, block, details, pairs, table
from kgrec.drawing.lines import counted

if TYPE_CHECKING:
    from kgrec.data.dataset import Dataset

_FINDINGS = 20
_PARTS = ("train", "valid", "test")
_TABLES = ("items", "users", *_PARTS, "facts", "labels", "descriptions", "extracted")


def html(data: Dataset) -> str:
    """Write HTML; all that comes from data is escaped."""
    info = data.info
    about = {
        "source": info.source,
        "licence": info.licence or "not stated",
        "items are of type": info.item_type,
        "ontologies of the user": ", ".join(info.ontologies),
        "may be recommended": None if data.candidates is None else len(data.candidates),
    }
    return block(
        pairs(about),
        _tables(data),
        _split(data),
        _findings(data),
        title=f"Dataset {info.name}",
        lead=repr(data),
    )


def _tables(data: Dataset) -> str:
    frames = {name: getattr(data, name) for name in _TABLES}
    rows = [
        (name, frame.height, ", ".join(frame.columns))
        for name, frame in frames.items()
        if frame.height
    ]
    return table(("table", "rows", "columns"), rows, caption="Tables")


def _split(data: Dataset) -> str:
    frames = {name: getattr(data, name) for name in _PARTS}
    whole = max(sum(frame.height for frame in frames.values()), 1)
    rows = [
        (name, frame.height, f"{frame.height / whole:.1%}", bar(frame.height / whole), _days(frame))
        for name, frame in frames.items()
    ]
    header = ("part", "interactions", "share", "", "from – to")
    return table(header, rows, caption="Split")


def _days(events: pl.DataFrame) -> str:
    """The first and the last day of a part; empty where no time is known."""
    if "timestamp" not in events.columns or events["timestamp"].null_count() == events.height:
        return ""
    days = pl.from_epoch(pl.Series([events["timestamp"].min(), events["timestamp"].max()]))
    first, last = days.dt.strftime("%Y-%m-%d")
    return f"{first} – {last}"


def _findings(data: Dataset) -> str:
    findings = data.quality.findings
    if not findings:
        return "Reading it set nothing aside."
    rows = [
        (each.table, each.column, each.rows, each.action, each.problem, each.fix)
        for each in findings[:_FINDINGS]
    ]
    header = ("table", "column", "rows", "what was done", "why", "how to mend it")
    more = len(findings) - len(rows)
    parts = [table(header, rows), f"… and {more:,} more findings" if more > 0 else ""]
    kinds, rows_aside = counted(len(findings), "finding"), counted(data.quality.set_aside, "row")
    words = f"What reading it found: {kinds}, {rows_aside} set aside"
    return details(words, *parts, is_open=len(findings) <= 6)
