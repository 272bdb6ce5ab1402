"""Checking facts, and finding out what their heads and tails are.

An id in a fact is, in this order: of the kind that ``head_kind`` or ``tail_kind`` says, where the
table has that column and it is filled in; the item with that id; the user with that id; an entity.
So an id that an item and a user share means the item, unless the kind says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from kgrec.data.checks import check_properties, check_timestamp, check_weight
from kgrec.data.columns import as_text
from kgrec.data.quality import Finding
from kgrec.data.schema import FACTS, require_columns
from kgrec.data.sieve import ROW, Sieve

KINDS = ("item", "user", "entity")
"""What a head or a tail can be."""

COLUMNS = ("head", "relation", "tail", "head_kind", "tail_kind")
"""The columns of every table of facts."""

_MORE = ("weight", "timestamp", "event", "properties")
_APART = ("timestamp", "event")

_ENDS = (("head", "head_kind"), ("tail", "tail_kind"))


@dataclass(frozen=True)
class Known:
    """What facts are checked against.

    :ivar items: ids of items
    :ivar users: ids of users
    :ivar held_out: ``user, item`` of valid and test
    :ivar entities: ids of entities that are linked to an item or a user already
    """

    items: pl.Series
    users: pl.Series
    held_out: pl.DataFrame
    entities: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))


def clean_facts(
    raw: pl.DataFrame | None, known: Known, file: str, findings: list[Finding]
) -> pl.DataFrame:
    """Check facts and resolve their ends; each fact once.

    Facts that differ in time or event are two. Of those that do not, the first counts, with the
    first properties that any of them has.

    :param raw: ``head, relation, tail``, optional ``head_kind, tail_kind``, ``weight`` (> 0; empty:
        1), ``timestamp``, ``event``, ``properties`` (a JSON object)
    :return: ``head, relation, tail, head_kind, tail_kind``, then those of ``weight, timestamp,
        event, properties`` that exist
    :raises DataError: if a column is missing
    """
    if raw is None:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    require_columns(raw, FACTS, file)
    sieve = Sieve(raw, file, findings)
    sieve.note_empty()
    sieve.select(FACTS.columns)
    texts = [name for name in (*COLUMNS, "event", "properties") if name in raw.columns]
    sieve.frame = sieve.frame.with_columns(as_text(raw, name, file) for name in texts)
    sieve.require(FACTS.required)
    _check_more(sieve)
    _resolve(sieve, known)
    same = [*COLUMNS, *(name for name in _APART if name in raw.columns)]
    if "properties" in raw.columns:
        first = pl.col("properties").drop_nulls().first().over(same)
        sieve.frame = sieve.frame.with_columns(first)
    sieve.set_aside(
        ~pl.struct(same).is_first_distinct(),
        problem="the fact was there before",
        fix="leave repeated facts out",
        action="merged",
    )
    _set_leaks_aside(sieve, known)
    _report_unconnected(sieve, known)
    return sieve.frame.select(*COLUMNS, *(name for name in _MORE if name in raw.columns))


def ids_of(facts: pl.DataFrame, kind: str) -> list[str]:
    """Return the ids of one kind that facts speak of, sorted."""
    ends = [facts.filter(pl.col(column) == kind)[end].alias("id") for end, column in _ENDS]
    return pl.concat(ends).unique().sort().to_list()


def _check_more(sieve: Sieve) -> None:
    if "weight" in sieve.frame.columns:
        check_weight(sieve, missing=1.0)
    if "timestamp" in sieve.frame.columns:
        check_timestamp(sieve)
    check_properties(sieve)


def _resolve(sieve: Sieve, known: Known) -> None:
    for end, column in _ENDS:
        found = (
            pl.when(pl.col(end).is_in(known.items.implode()))
            .then(pl.lit("item"))
            .when(pl.col(end).is_in(known.users.implode()))
            .then(pl.lit("user"))
            .otherwise(pl.lit("entity"))
        )
        said = pl.col(column) if column in sieve.frame.columns else pl.lit(None, pl.String)
        sieve.frame = sieve.frame.with_columns(pl.coalesce(said, found).alias(column))
        sieve.set_aside(
            ~pl.col(column).is_in(KINDS),
            column=column,
            problem=f"a kind is {', '.join(KINDS[:-1])} or {KINDS[-1]}",
            fix="write one of the three or leave it empty",
        )


def _set_leaks_aside(sieve: Sieve, known: Known) -> None:
    leaks = []
    for user, item in (("head", "tail"), ("tail", "head")):
        between = sieve.frame.filter(
            (pl.col(f"{user}_kind") == "user") & (pl.col(f"{item}_kind") == "item")
        )
        pairs = known.held_out.rename({"user": user, "item": item})
        leaks += between.join(pairs, on=[user, item], how="semi")[ROW].to_list()
    sieve.set_aside(
        pl.col(ROW).is_in(leaks),
        problem="the fact joins a user to an item of valid or test, so that the answer would leak",
        fix="leave behaviour out of the facts",
        leak=True,
    )


def _report_unconnected(sieve: Sieve, known: Known) -> None:
    facts = sieve.frame
    if facts.is_empty():
        return
    nodes = pl.concat(
        [facts.select(pl.struct(kind=column, id=end).alias("node")) for end, column in _ENDS]
    ).to_series()
    codes = nodes.rank("dense").to_numpy().astype(np.int64) - 1
    heads, tails = np.split(codes, 2)
    size = int(codes.max()) + 1
    links = coo_matrix((np.ones(len(heads)), (heads, tails)), shape=(size, size))
    _, component = connected_components(links, directed=False)
    kinds, ids = nodes.struct.field("kind"), nodes.struct.field("id")
    linked = (kinds != "entity") | ids.is_in(known.entities.implode())
    anchored = np.unique(component[codes[linked.to_numpy()]])
    nobody = facts.filter(pl.Series(~np.isin(component[heads], anchored)))
    if not nobody.is_empty():
        sieve.report(
            nobody.drop("head_kind", "tail_kind"),
            column="head",
            problem="no chain of facts leads from here to an item or a user",
            fix="check that the ids are written as in items and users",
            action="kept",
        )
