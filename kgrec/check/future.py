"""Numbers about items that were counted over the test, too: ``num_ratings``, ``popularity``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import spearmanr

from kgrec.data import Dataset, Finding

_NAMES = re.compile(
    r"(^|_)(num|n|nb|count|counts|total|avg|average|mean|popularity|popular|ratings?|reviews?|views|"
    r"plays|sales|votes|interactions|purchases|clicks|likes|listens|listeners|fans)(_|$)"
)
_AGREES = 0.9  # share of the telling rows in which the column is what all parts give
_BY_CHANCE = 0.5  # and in which the same numbers, shuffled, may agree
_FEW, _SOME = 3, 8  # telling rows: with a name that says it, and without
_SAME_ORDER = 0.999
_ALIKE = 0.8
_EXAMPLES = 3
_MOST = 1e18


def future_features(data: Dataset) -> Iterator[Finding]:
    """Numeric columns of items or users that know the test.

    A column is compared with what train and valid give (the number of interactions, the mean
    rating, the first and last time) and with what all parts give. It knows the test if it follows
    the latter where the two differ. A column that merely looks like a count of behaviour is a
    doubt, and so is one of users: how much somebody takes later tells little of what it is.
    """
    if data.test.is_empty():
        return
    for table, key in ((data.items, "item"), (data.users, "user")):
        columns = _numeric(table, key)
        if len(columns.columns) > 1:
            known = _aggregates(pl.concat([data.train, data.valid]), key)
            whole = _aggregates(pl.concat([data.train, data.valid, data.test]), key)
            for column in columns.columns[1:]:
                yield from _judged(columns.select(key, column).drop_nulls(), known, whole)


def _judged(column: pl.DataFrame, known: pl.DataFrame, whole: pl.DataFrame) -> Iterator[Finding]:
    key, name = column.columns
    rows = column.join(known, on=key, how="left").join(whole, on=key, suffix="_whole").sort(key)
    rows = rows.with_columns(pl.col("count").fill_null(0))
    looks = bool(_NAMES.search(name.lower()))
    for aggregate in known.columns[1:]:
        seen = _Comparison.of(rows, name, aggregate)
        if seen.tells(looks) or (aggregate == "count" and seen.has_order()):
            yield _finding(column, rows, aggregate, leak=key == "item")
            return
    if looks and key == "item" and _Comparison.of(rows, name, "count").is_alike():
        yield _doubt(column, rows)


@dataclass(frozen=True)
class _Comparison:
    """A column beside an aggregate over train and valid, and over all parts; float64 arrays."""

    column: np.ndarray
    known: np.ndarray
    whole: np.ndarray

    @staticmethod
    def of(rows: pl.DataFrame, column: str, aggregate: str) -> _Comparison:
        names = (column, aggregate, f"{aggregate}_whole")
        return _Comparison(
            *(rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in names)
        )

    def tells(self, looks: bool) -> bool:
        """Whether it is the aggregate over all parts, also where that differs from the other.

        A number that is nearly always 1 would agree, too: the same numbers in another order must
        not.
        """
        half = 0.501 * 10.0 ** -_decimals(self.column)  # a mean may have been rounded
        telling = ~(np.abs(self.whole - self.known) <= half) & ~np.isnan(self.whole)
        values = self.column[telling]
        enough = _FEW if looks else _SOME
        if len(values) < enough or len(np.unique(values)) < (2 if looks else _FEW):
            return False
        off = np.abs(self.column - self.whole)
        agrees = (off <= half) & ~(off >= np.abs(self.column - self.known))
        everywhere = (off <= half)[~np.isnan(self.whole)]
        shuffled = np.abs(np.random.default_rng(0).permutation(values) - self.whole[telling])
        return bool(
            agrees[telling].mean() >= _AGREES
            and everywhere.mean() >= _AGREES
            and (shuffled <= half).mean() <= _BY_CHANCE
        )

    def has_order(self) -> bool:
        """Whether it sorts as the whole does (its logarithm, its rank), and not as the known."""
        if len(self.column) < 2 * _SOME:
            return False
        whole = abs(_rank_correlation(self.column, self.whole))
        known = abs(_rank_correlation(self.column, self.known))
        return whole >= _SAME_ORDER and 1 - known > 10 * (1 - whole)

    def is_alike(self) -> bool:
        """Whether it sorts much as the whole does."""
        long_enough = len(self.column) >= 2 * _SOME
        return long_enough and abs(_rank_correlation(self.column, self.whole)) >= _ALIKE


def _rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)


def _decimals(values: np.ndarray) -> int:
    return next((n for n in range(6) if np.allclose(values, np.round(values, n), 0, 1e-9)), 6)


def _aggregates(events: pl.DataFrame, key: str) -> pl.DataFrame:
    measures = [pl.len().alias("count")]
    if "rating" in events.columns:
        measures.append(pl.col("rating").mean().alias("mean rating"))
    if "timestamp" in events.columns:
        measures += [
            pl.col("timestamp").max().alias("last time"),
            pl.col("timestamp").min().alias("first time"),
        ]
    return events.group_by(key).agg(measures)


def _numeric(table: pl.DataFrame, key: str) -> pl.DataFrame:
    """The key, and every column that holds numbers; also those that literals hold."""
    columns = [
        table[name].cast(pl.Float64, strict=False).fill_nan(None)
        for name in table.columns[1:]
        if table.schema[name].is_numeric() or table.schema[name] == pl.String
    ]
    numbers = [
        column
        for column in columns
        if column.count() and column.count() == len(column) - table[column.name].null_count()
    ]
    literals = _literals(table["properties"]) if "properties" in table.columns else []
    taken = {column.name for column in numbers}
    return table.select(key).with_columns(
        *numbers, *(column for column in literals if column.name not in taken)
    )


def _literals(properties: pl.Series) -> list[pl.Series]:
    rows = [json.loads(text) if text else {} for text in properties]
    names = sorted({name for row in rows for name, value in row.items() if _is_number(value)})
    return [
        pl.Series(
            name,
            [float(row[name]) if _is_number(row.get(name)) else None for row in rows],
            dtype=pl.Float64,
        )
        for name in names
    ]


def _is_number(value: object) -> bool:
    # A number that no float holds counts nothing, and neither does NaN.
    is_plain = isinstance(value, int | float) and not isinstance(value, bool)
    return is_plain and abs(value) < _MOST  # type: ignore[arg-type]


def _finding(column: pl.DataFrame, rows: pl.DataFrame, aggregate: str, *, leak: bool) -> Finding:
    key, name = column.columns
    differs = pl.col(aggregate).ne_missing(pl.col(f"{aggregate}_whole"))
    telling = rows.filter(differs)
    words = {"count": "number of interactions"}.get(aggregate, aggregate)
    return Finding(
        f"{key}s",
        name,
        f"it follows the {words} in train, valid and test together, so it was counted over the "
        "test, too",
        telling.height,
        "kept",
        "count it over train alone, or leave the column out",
        examples=_examples(telling, key, name, aggregate),
        leak=leak,
    )


def _doubt(column: pl.DataFrame, rows: pl.DataFrame) -> Finding:
    key, name = column.columns
    return Finding(
        f"{key}s",
        name,
        "it looks like a count of behaviour, and may hold some from after the split",
        rows.height,
        "kept",
        "make sure that it was taken before the test began",
        examples=_examples(rows, key, name, "count"),
    )


def _examples(rows: pl.DataFrame, key: str, name: str, aggregate: str) -> tuple[str, ...]:
    shown = rows.select(key, name, aggregate, f"{aggregate}_whole").head(_EXAMPLES)
    return tuple(
        f"{key}={id}, {name}={value:g}, {aggregate} {_short(known)} without test and "
        f"{_short(whole)} with it"
        for id, value, known, whole in shown.iter_rows()
    )


def _short(value: float | None) -> str:
    return "none" if value is None else f"{value:.10g}"
