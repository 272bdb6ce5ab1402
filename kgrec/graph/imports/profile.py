"""Counting what is in a foreign graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from kgrec.graph.imports.foreign import ForeignGraph, each_label
from kgrec.graph.imports.schema import (
    UNLABELLED,
    ClassProfile,
    PropertyProfile,
    RelationProfile,
    Schema,
)

_SAMPLE = 1_000
_MOST = 500  # classes and pairs of classes beyond it are too rare to matter
_TIMES = ("date", "gyear")


def profile(
    foreign: ForeignGraph,
    *,
    classes: Mapping[str, int] | None = None,
    types: Mapping[str, int] | None = None,
) -> Schema:
    """Describe a graph, or the sample of one.

    :param classes: for a sample, how many nodes of each class there really are
    :param types: for a sample, how many edges of each type there really are
    """
    nodes = foreign.nodes.select(
        "id",
        each_label(UNLABELLED),
        "properties",
    ).explode("label")
    is_whole = classes is None and types is None
    if types is None:
        types = dict(foreign.edges.group_by("type").len().iter_rows())
    return Schema(
        source=foreign.source,
        classes=tuple(_classes(nodes, classes or {})),
        relations=tuple(_relations(foreign.edges, nodes.select("id", "label"))),
        totals=types,
        sampled=not is_whole,
    )


def _classes(nodes: pl.DataFrame, known: Mapping[str, int]) -> list[ClassProfile]:
    counts = nodes.group_by("label").len("count").sort(["count", "label"], descending=[True, False])
    samples = _samples(nodes, ["label"])
    found = [
        ClassProfile(label, known.get(label, count), _properties(samples.get((label,))))
        for label, count in counts.head(_MOST).iter_rows()
    ]
    return sorted(found, key=lambda one: (-one.count, one.label))


def _relations(edges: pl.DataFrame, labels: pl.DataFrame) -> list[RelationProfile]:
    keys = ["type", "head_label", "tail_label"]
    joined = edges.join(labels.rename({"label": "head_label"}), left_on="head", right_on="id").join(
        labels.rename({"label": "tail_label"}), left_on="tail", right_on="id"
    )
    sizes = joined.group_by(keys).agg(
        pl.len().alias("count"),
        pl.col("head").n_unique().alias("heads"),
        pl.col("tail").n_unique().alias("tails"),
        pl.col("head").value_counts().struct.field("count").max().alias("max_out"),
        pl.col("tail").value_counts().struct.field("count").max().alias("max_in"),
    )
    samples = _samples(edges, ["type"])
    ordered = sizes.sort(["count", *keys], descending=[True, False, False, False])
    return [
        RelationProfile(**row, properties=_properties(samples.get((row["type"],))))
        for row in ordered.rename({"head_label": "head", "tail_label": "tail"}, strict=True)
        .head(_MOST)
        .iter_rows(named=True)
    ]


def _samples(frame: pl.DataFrame, by: list[str]) -> dict[tuple[Any, ...], pl.Series]:
    # In a sample, nodes that are only the end of an edge come without their properties.
    heads = frame.filter(pl.col("properties").is_not_null()).group_by(by).head(_SAMPLE)
    return {name: part["properties"] for name, part in heads.partition_by(by, as_dict=True).items()}


def _properties(sample: pl.Series | None) -> tuple[PropertyProfile, ...]:
    values: dict[str, list[Any]] = {}
    for text in sample if sample is not None else ():
        for name, value in json.loads(text).items():
            values.setdefault(name, []).append(value)
    size = len(sample) if sample is not None else 1
    return tuple(
        PropertyProfile(
            name,
            fill=len(found) / size,
            distinct=len({json.dumps(value) for value in found}) / len(found),
            types=tuple(sorted({_type(value) for value in found})),
        )
        for name, found in sorted(values.items())
    )


def _type(value: Any) -> str:
    if isinstance(value, dict):
        datatype = str(value.get("@type", ""))
        if "@language" in value:
            return "text"
        return (
            "time" if any(word in datatype.lower() for word in _TIMES) else _of_datatype(datatype)
        )
    names = {bool: "boolean", int: "integer", float: "real", str: "text", list: "list"}
    return names.get(type(value), "other")


def _of_datatype(datatype: str) -> str:
    return "real" if datatype.endswith(("decimal", "double", "float")) else "other"
