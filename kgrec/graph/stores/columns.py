"""The literals of many nodes or edges: JSON objects → columns that a store can hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import polars as pl


def literal_columns(properties: pl.Series, own: Iterable[str]) -> dict[str, pl.Series | list[Any]]:
    """One column for every literal; null where a row lacks it.

    :param properties: JSON objects or nulls, as in the tables of a graph
    :param own: names that are taken; a literal of such a name gets an underscore behind it
    :return: in the order in which the names turn up, each of one type. A value with a datatype or
        a language stands as its text; where types are mixed, all stand as text
    """
    taken = set(own)
    columns = _uniform(properties)
    if columns is None:
        columns = _mixed(properties)
    return {f"{name}_" if name in taken else name: values for name, values in columns.items()}


def _uniform(properties: pl.Series) -> dict[str, pl.Series | list[Any]] | None:
    """All columns at once, where each has one type; ``None`` where a value would be bent."""
    if not properties.len() or properties.is_in(["{}"]).fill_null(True).all():
        return {}
    texts = properties.fill_null("{}")
    try:
        decoded = texts.str.json_decode(infer_schema_length=None)
        encoded = decoded.struct.json_encode()
    except pl.exceptions.PolarsError:
        return None
    if not (encoded == texts).all() or texts.str.contains('"@value"', literal=True).any():
        return None
    return {column.name: column for column in decoded.struct.unnest() if column.count()}


def _mixed(properties: pl.Series) -> dict[str, pl.Series | list[Any]]:
    columns: dict[str, list[Any]] = {}
    height = properties.len()
    for row, text in enumerate(properties):
        for name, value in json.loads(text or "{}").items():
            if value is not None:
                columns.setdefault(name, [None] * height)[row] = _plain(value)
    return {name: _one_type(values) for name, values in columns.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return value["@value"] if "@value" in value else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return _one_type([_plain(entry) for entry in value if entry is not None])
    return value


def _one_type(values: list[Any]) -> list[Any]:
    """Whole numbers among fractions become fractions; of other mixtures all become text."""
    types = {type(value) for value in values if value is not None}
    if types == {list}:
        return _lists_of_one_type(values)
    if len(types) <= 1 and not _too_large(values):
        return values
    if types == {int, float}:
        return [None if value is None else float(value) for value in values]
    return [None if value is None else _text(value) for value in values]


def _lists_of_one_type(lists: list[Any]) -> list[Any]:
    flat = iter(_one_type([entry for values in lists for entry in values or ()]))
    return [None if values is None else [next(flat) for _ in values] for values in lists]


def _too_large(values: list[Any]) -> bool:
    return any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in values)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
