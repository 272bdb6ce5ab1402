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
    :return: in the order in which the names turn up; a list where one type will not do. A value
        with a datatype or a language stands as its text
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
    return dict(columns)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return value["@value"] if "@value" in value else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value
