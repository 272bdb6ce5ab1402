"""Checking the rows of an event table."""

from __future__ import annotations

import polars as pl

from kgrec.data.checks import check_properties, check_timestamp, check_weight
from kgrec.data.columns import as_numbers, as_text
from kgrec.data.quality import Finding
from kgrec.data.schema import EVENTS, require_columns
from kgrec.data.sieve import ROW, Sieve
from kgrec.errors import DataError

PAIR = ["user", "item"]
_TEXTS = (*PAIR, "event", "properties")
_EXTRA = ("timestamp", "rating", "event", "properties")


def clean_events(
    raw: pl.DataFrame, file: str, findings: list[Finding], *, min_rating: float | None = None
) -> pl.DataFrame:
    """Return the interactions of one event table, each pair of user and item once.

    Of repeated pairs the latest row counts, with the largest weight of all of them.

    :param raw: columns ``user, item``, optional ``timestamp, weight, rating, event,
        properties``
    :param file: what to call the table in findings
    :param findings: receives what was set aside
    :param min_rating: rows with a lower rating or none are no interactions
    :return: ``user, item, weight``, then those of ``timestamp, rating, event,
        properties`` that exist
    :raises DataError: if a column is missing
    """
    require_columns(raw, EVENTS, file)
    if min_rating is not None and "rating" not in raw.columns:
        raise DataError(
            "dataset.toml sets min_rating, but there is no such column",
            fix="map the column in [columns.events] or delete min_rating",
            file=file,
            column="rating",
        )
    sieve = Sieve(raw, file, findings)
    sieve.select(EVENTS.columns)
    _type_ids(sieve)
    _check_weight(sieve)
    _check_timestamp(sieve)
    _check_rating(sieve)
    check_properties(sieve)
    _merge_repeated(sieve)
    if min_rating is not None:
        sieve.set_aside(
            pl.col("rating").fill_null(float("-inf")) < min_rating,
            column="rating",
            problem=f"by the rule min_rating = {min_rating:g} the row is no interaction",
            fix="change min_rating in dataset.toml if it should be one",
            action="ruled out",
        )
    extra = [name for name in _EXTRA if name in sieve.frame.columns]
    return sieve.frame.select(*PAIR, "weight", *extra)


def separate(
    splits: dict[str, pl.DataFrame], files: dict[str, str], findings: list[Finding]
) -> dict[str, pl.DataFrame]:
    """Set rows of a later split aside whose user and item are in an earlier one: they would leak.

    :param splits: ``train``, ``valid``, ``test``
    :param files: what to call each in findings
    """
    separated = {"train": splits["train"]}
    for name in ("valid", "test"):
        sieve = Sieve(splits[name], files[name], findings)
        for earlier in separated:
            _set_seen_aside(sieve, separated[earlier], files[earlier])
        separated[name] = sieve.frame.drop(ROW)
    return separated


def _set_seen_aside(sieve: Sieve, earlier: pl.DataFrame, file: str) -> None:
    """Set rows aside whose user and item are in an earlier split."""
    repeated = sieve.frame.join(earlier.select(PAIR), on=PAIR, how="semi", maintain_order="left")
    sieve.set_aside(
        pl.col(ROW).is_in(repeated[ROW].implode()),
        problem=f"the same user and item are in {file}, so that the answer would leak",
        fix="make the splits disjoint",
        leak=True,
    )


def _type_ids(sieve: Sieve) -> None:
    texts = [name for name in _TEXTS if name in sieve.frame.columns]
    sieve.frame = sieve.frame.with_columns(as_text(sieve.frame, name, sieve.file) for name in texts)
    sieve.require(PAIR)


def _check_weight(sieve: Sieve) -> None:
    if "weight" not in sieve.frame.columns:
        sieve.frame = sieve.frame.with_columns(weight=pl.lit(1.0))
    check_weight(sieve)


def _check_timestamp(sieve: Sieve) -> None:
    if "timestamp" not in sieve.frame.columns:
        return
    check_timestamp(sieve)
    missing = sieve.frame.filter(pl.col("timestamp").is_null())
    if not missing.is_empty():
        sieve.report(
            missing,
            column="timestamp",
            problem="the timestamp is empty, the row counts as the earliest",
            fix="fill it in",
            action="kept",
        )


def _check_rating(sieve: Sieve) -> None:
    if "rating" not in sieve.frame.columns:
        return
    raw = sieve.frame["rating"]
    present = raw.is_not_null() & ~raw.cast(pl.String).is_in(["", "NaN"])
    sieve.set_aside(
        pl.lit(present & ~as_numbers(sieve.frame, "rating").is_finite().fill_null(False)),
        column="rating",
        problem="the rating is not a finite number",
        fix="write a number or leave it empty",
    )
    sieve.frame = sieve.frame.with_columns(as_numbers(sieve.frame, "rating"))


def _merge_repeated(sieve: Sieve) -> None:
    repeated = sieve.frame.filter(pl.struct(PAIR).is_duplicated())
    if repeated.is_empty():
        return
    by_time = ["timestamp", ROW] if "timestamp" in repeated.columns else [ROW]
    others = [name for name in repeated.columns if name not in (*PAIR, "weight", ROW)]
    merged = (
        repeated.sort(by_time, nulls_last=False)
        .group_by(PAIR)
        .agg(pl.col(ROW).min(), pl.col("weight").max(), *(pl.col(name).last() for name in others))
        .select(repeated.columns)
    )
    sieve.set_aside(
        pl.struct(PAIR).is_duplicated() & ~pl.struct(PAIR).is_first_distinct(),
        problem="the user has this item already; the latest row counts, with the largest weight",
        fix="leave repeated rows out if that is not what they mean",
        action="merged",
    )
    unique = sieve.frame.join(merged, on=PAIR, how="anti")
    sieve.frame = pl.concat([unique, merged]).sort(ROW)
