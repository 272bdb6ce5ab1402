"""Checking facts that were extracted from texts; see :mod:`kgrec.text.extract`.

A row is a claim about an item, with the words that it rests on and a *state*: only accepted claims
become edges. A claim that was rejected or quarantined need not say which node its tail is.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from kgrec.data.columns import as_text
from kgrec.data.quality import Finding
from kgrec.data.schema import EXTRACTED, require_columns
from kgrec.data.sieve import Sieve

STATES = ("accepted", "quarantined", "rejected")
"""What may become of a claim: an edge; nothing until a person says so; nothing."""

ASSERTED_BY = ("model", "gazetteer")
"""Who may say a fact that the catalog does not state: a language model, or names in a text."""

EXTRACTED_COLUMNS: dict[str, Any] = {
    "id": pl.String,
    "head": pl.String,
    "relation": pl.String,
    "tail": pl.String,
    "tail_kind": pl.String,
    "tail_label": pl.String,
    "tail_type": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "quote": pl.String,
    "asserted_by": pl.String,
    "model": pl.String,
    "prompt": pl.String,
    "state": pl.String,
    "proposed": pl.String,
    "reason": pl.String,
    "candidates": pl.String,
    "judged": pl.Boolean,
}
"""Names and types of the columns of a clean table."""


def no_extracted() -> pl.DataFrame:
    """A clean table without rows."""
    return pl.DataFrame(schema=EXTRACTED_COLUMNS)


def clean_extracted(
    raw: pl.DataFrame | None, items: pl.Series, file: str, findings: list[Finding]
) -> pl.DataFrame:
    """Check extracted facts.

    :param raw: ``head, relation, tail, state`` and any of :data:`EXTRACTED_COLUMNS`
    :param items: ids of all items
    :param file: what the table is called in findings
    :param findings: receives what is set aside
    :return: all of these columns, empty where ``raw`` has them not
    :raises DataError: if a column is missing
    """
    if raw is None:
        return no_extracted()
    require_columns(raw, EXTRACTED, file)
    sieve = Sieve(raw, file, findings)
    sieve.note_empty()
    sieve.select(EXTRACTED.columns)
    sieve.frame = sieve.frame.with_columns(
        _column(raw, name, kind, file) for name, kind in EXTRACTED_COLUMNS.items()
    )
    sieve.require(["head", "relation"])
    _check_states(sieve)
    _check_ends(sieve, items)
    sieve.keep_first(["head", "relation", "tail", "tail_label"], fix="leave one row for each claim")
    return sieve.frame.select(list(EXTRACTED_COLUMNS))


def _column(raw: pl.DataFrame, name: str, kind: Any, file: str) -> pl.Series:
    if name not in raw.columns:
        return pl.Series(name, [None] * raw.height, dtype=kind)
    text = as_text(raw, name, file)
    if kind == pl.Boolean:
        return text.str.to_lowercase().eq("true").fill_null(False).alias(name)
    return text.cast(kind, strict=False).alias(name)


def _check_states(sieve: Sieve) -> None:
    sieve.set_aside(
        ~pl.col("state").is_in(STATES).fill_null(False),
        column="state",
        problem=f"a state is {', '.join(STATES[:-1])} or {STATES[-1]}",
        fix="write one of the three",
    )
    sieve.frame = sieve.frame.with_columns(
        pl.col("proposed").fill_null(pl.col("state")),
        pl.col("asserted_by").fill_null(ASSERTED_BY[0]),
    )
    sieve.set_aside(
        ~pl.col("asserted_by").is_in(ASSERTED_BY),
        column="asserted_by",
        problem=f"a fact of a text is asserted by a {' or a '.join(ASSERTED_BY)}",
        fix="write one of the two; what the catalog states goes into facts",
    )


def _check_ends(sieve: Sieve, ids: pl.Series) -> None:
    items = ids.implode()
    sieve.set_aside(
        ~pl.col("head").is_in(items),
        column="head",
        problem="the head is no item of this dataset",
        fix="extract the facts again",
    )
    accepted = pl.col("state") == STATES[0]
    sieve.set_aside(
        accepted & pl.col("tail").is_null(),
        column="tail",
        problem="the claim is accepted, but nobody says which node its tail is",
        fix="fill in the tail",
    )
    found = pl.when(pl.col("tail").is_in(items)).then(pl.lit("item")).otherwise(pl.lit("entity"))
    sieve.frame = sieve.frame.with_columns(
        pl.coalesce("tail_kind", pl.when(pl.col("tail").is_not_null()).then(found))
    )
    is_wrong = pl.col("tail_kind").is_in(["item", "entity"]).not_()
    is_gone = (pl.col("tail_kind") == "item") & ~pl.col("tail").is_in(items)
    sieve.set_aside(
        is_wrong | (accepted & is_gone),
        column="tail_kind",
        problem="the tail is neither an item of this dataset nor an entity",
        fix="write item or entity, or extract the facts again",
    )
