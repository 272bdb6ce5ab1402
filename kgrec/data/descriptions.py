"""Checking descriptions of items and entities, which a person, a template or a model wrote."""

from __future__ import annotations

import json

import polars as pl

from kgrec.data.columns import as_text
from kgrec.data.quality import Finding
from kgrec.data.schema import DESCRIPTIONS, require_columns
from kgrec.data.sieve import Sieve

SCHEMA = pl.Schema(
    {
        "id": pl.String(),
        "kind": pl.String(),
        "text": pl.String(),
        "source": pl.String(),
        "verified": pl.Boolean(),
        "evidence": pl.String(),
    }
)
"""The columns of a clean table of descriptions."""

MADE = ("template", "local", "api")
"""The ``source`` of what ``kgrec describe`` writes; any other is a person's, or a program's."""

_KINDS = ("item", "entity")
_TRUE, _FALSE = ("true", "1"), ("false", "0", "")


def clean_descriptions(
    raw: pl.DataFrame | None, items: pl.Series, file: str, findings: list[Finding]
) -> pl.DataFrame:
    """Check descriptions; each item and entity has one at most, the first.

    An id is of the kind that ``kind`` says; where that is empty, it is the item of that id, else an
    entity. Users have no descriptions.

    :param raw: ``id, text``, optional ``kind``, ``source`` (who wrote it; by default ``given``),
        ``verified`` (whether it was held against the facts, or made of them; by default false),
        ``evidence`` (JSON)
    :param items: ids of all items
    :return: the columns of :data:`SCHEMA`
    :raises DataError: if a column is missing
    """
    if raw is None:
        return SCHEMA.to_frame()
    require_columns(raw, DESCRIPTIONS, file)
    sieve = Sieve(raw, file, findings)
    sieve.note_empty()
    sieve.select(DESCRIPTIONS.columns)
    sieve.frame = sieve.frame.with_columns(
        as_text(sieve.frame, name, file)
        if name in raw.columns
        else pl.lit(None, pl.String).alias(name)
        for name in DESCRIPTIONS.columns
    )
    sieve.frame = sieve.frame.with_columns(pl.col("text").str.strip_chars().replace("", None))
    sieve.require(DESCRIPTIONS.required)
    found = pl.when(pl.col("id").is_in(items.implode())).then(pl.lit("item"))
    sieve.frame = sieve.frame.with_columns(
        pl.coalesce("kind", found.otherwise(pl.lit("entity"))).alias("kind"),
        pl.col("source").fill_null("given"),
    )
    sieve.set_aside(
        ~pl.col("kind").is_in(_KINDS),
        column="kind",
        problem="a description is of an item or of an entity",
        fix="write one of the two or leave it empty",
    )
    _check_verified(sieve)
    _check_evidence(sieve)
    sieve.keep_first(["kind", "id"], fix="leave one description for each")
    return sieve.frame.select(SCHEMA.names()).cast(SCHEMA)


def merged_descriptions(new: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Descriptions written now, with those of earlier runs that they do not replace.

    What has another ``source`` than :data:`MADE` stays, and so does what nobody wrote anew.

    :param new: a clean table
    :param old: a clean table
    """
    own = old.filter(~pl.col("source").is_in(MADE))
    written = new.join(own, on=["kind", "id"], how="anti", maintain_order="left")
    others = old.join(written, on=["kind", "id"], how="anti", maintain_order="left")
    return pl.concat([written, others])


def _check_verified(sieve: Sieve) -> None:
    said = pl.col("verified").str.to_lowercase().fill_null("")
    sieve.set_aside(
        ~said.is_in([*_TRUE, *_FALSE]),
        column="verified",
        problem="it is neither true nor false",
        fix="write true or false",
    )
    sieve.frame = sieve.frame.with_columns(said.is_in(_TRUE).alias("verified"))


def _check_evidence(sieve: Sieve) -> None:
    cells = sieve.frame["evidence"]
    bad = ~cells.map_elements(_is_json, return_dtype=pl.Boolean).fill_null(True)
    if bad.any():
        sieve.report(
            sieve.frame.filter(bad),
            column="evidence",
            problem="the evidence is no JSON",
            fix="write it as kgrec describe does or leave it empty",
            action="ignored",
        )
        sieve.frame = sieve.frame.with_columns(cells.set(bad, None))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
