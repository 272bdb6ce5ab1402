"""Checking the tables that say what exists: items, users, labels, candidates."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kgrec.data.checks import PROPERTIES, check_properties
from kgrec.data.columns import as_text, is_vector, tidy
from kgrec.data.quality import Finding
from kgrec.data.schema import CANDIDATES, ITEMS, LABELS, USERS, TableSchema, require_columns
from kgrec.data.sieve import ROW, Sieve
from kgrec.data.vectors import checked_vectors, folded_vectors
from kgrec.errors import DataError

_TITLE_FROM_ID = "__untitled__"
_TITLES = ("name", "headline")
"""What a column with titles is called where none is called ``title``."""


def read_ids(
    raw: pl.DataFrame | None, schema: TableSchema, file: str, findings: list[Finding]
) -> pl.DataFrame:
    """Check a table whose first column is an id: none empty, none twice, simple attributes.

    :param raw: the table, or ``None`` where there is none
    :return: the id first, then the other columns, in the order of the file
    :raises DataError: if the id's column is missing, a column holds nested values, or a vector is
        broken
    """
    key = schema.required[0]
    if raw is None:
        return pl.DataFrame(schema={key: pl.String})
    require_columns(raw, schema, file)
    raw = _titled(raw, schema)
    sieve = Sieve(raw, file, findings)
    sieve.note_empty()
    attributes = [
        name
        for name, kind in raw.schema.items()
        if name not in schema.columns and (schema.is_open or (schema is LABELS and is_vector(kind)))
    ]
    sieve.select([*schema.columns, *attributes])
    sieve.frame = sieve.frame.with_columns(
        tidy(raw[name], file) if name in attributes else as_text(raw, name, file)
        for name in sieve.frame.columns
        if name != ROW
    )
    if schema is not USERS:
        sieve.frame = sieve.frame.with_columns(
            checked_vectors(sieve.frame[name], sieve.frame[ROW], file)
            for name, kind in sieve.frame.schema.items()
            if is_vector(kind)
        )
    sieve.require([key])
    sieve.keep_first([key], fix=f"leave one row for each {key}")
    check_properties(sieve)
    return sieve.frame.drop(ROW)


def _titled(raw: pl.DataFrame, schema: TableSchema) -> pl.DataFrame:
    """Catalogs of products call the title a name, those of news a headline."""
    if "title" not in schema.columns or "title" in raw.columns:
        return raw
    other = next((name for name in _TITLES if raw.schema.get(name) == pl.String), None)
    return raw.rename({other: "title"}) if other else raw


def complete_items(
    items: pl.DataFrame,
    labels: pl.DataFrame,
    used: Iterable[str],
    file: str,
    findings: list[Finding],
) -> pl.DataFrame:
    """Give every item a row and a title: its own, else its label, else its id.

    :param items: as :func:`read_ids` returns it
    :param labels: ``entity, label``
    :param used: the items that events or facts speak of
    :return: ``item, title``, then ``text`` and attributes
    """
    items = _with_missing(items, "item", used, file, findings)
    if "title" not in items.columns:
        items = items.with_columns(title=pl.lit(None, pl.String))
    names = labels.select(pl.col("entity").alias("item"), pl.col("label").alias(_TITLE_FROM_ID))
    items = items.join(names, on="item", how="left", maintain_order="left")
    items = items.with_columns(title=pl.coalesce("title", _TITLE_FROM_ID, "item"))
    return items.select(*ITEMS.required, "title", pl.exclude("item", "title", _TITLE_FROM_ID))


def complete_users(
    users: pl.DataFrame, used: Iterable[str], file: str, findings: list[Finding]
) -> pl.DataFrame:
    """Give every user of an event or a fact a row."""
    return _with_missing(users, USERS.required[0], used, file, findings)


def clean_labels(raw: pl.DataFrame | None, file: str, findings: list[Finding]) -> pl.DataFrame:
    """Check the names of entities; an entity without one keeps its id as a name.

    Columns with vectors become literals.

    :return: ``entity, label, type, text`` and, where given, ``properties``; each entity once
    """
    frame = read_ids(raw, LABELS, file, findings) if raw is not None else pl.DataFrame()
    frame = folded_vectors(frame, PROPERTIES)
    wanted = [name for name in LABELS.columns if name != PROPERTIES or name in frame.columns]
    frame = frame.with_columns(
        pl.lit(None, pl.String).alias(name) for name in wanted if name not in frame.columns
    ).select(wanted)
    unnamed = frame.filter(pl.col("label").is_null())
    if not unnamed.is_empty():
        Sieve(unnamed, file, findings).report(
            unnamed,
            column="label",
            problem="the label is empty, the id stands in for it",
            fix="fill it in",
            action="kept",
        )
    return frame.with_columns(pl.coalesce("label", "entity").alias("label"))


def clean_candidates(
    raw: pl.DataFrame | None, items: pl.DataFrame, file: str, findings: list[Finding]
) -> tuple[str, ...] | None:
    """Check the items that may be recommended.

    :return: sorted ids, or ``None`` (all items) where there is no table or it is empty
    :raises DataError: if the table has rows but none of them is an item
    """
    if raw is None:
        return None
    sieve = Sieve(read_ids(raw, CANDIDATES, file, findings), file, findings)
    sieve.set_aside(
        ~pl.col("item").is_in(items["item"].implode()),
        column="item",
        problem="the candidate is no item of this dataset",
        fix="add it to the items or leave it out",
    )
    if sieve.frame.is_empty() and not raw.is_empty():
        raise DataError(
            "no candidate is an item, so that nothing could be recommended",
            fix="write ids of items or delete the table",
            file=file,
            column="item",
        )
    return tuple(sieve.frame["item"].sort()) or None


def _with_missing(
    frame: pl.DataFrame, key: str, used: Iterable[str], file: str, findings: list[Finding]
) -> pl.DataFrame:
    wanted = pl.DataFrame({key: sorted(set(used))}, schema={key: pl.String})
    missing = wanted.join(frame, on=key, how="anti", maintain_order="left")
    if missing.is_empty():
        return frame
    if file:  # where there is no table at all, there is nothing to find fault with
        finding = f"events or facts speak of the {key}, which is not in this table"
        Sieve(missing, file, findings).report(
            missing, column=key, problem=finding, fix="add its row", action="added"
        )
    return pl.concat([frame, missing], how="diagonal")
