"""Vectors that nodes carry as literals: images, sounds, whatever an encoder made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from kgrec.errors import DataError
from kgrec.graph.literals import parse

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

Floats = npt.NDArray[np.float32]

SHORTEST = 8
"""A literal of fewer fractions is taken for a list of values, unless it is asked for by name."""


def vectors_of(
    nodes: pl.DataFrame, keys: Sequence[str], names: Iterable[str] | None = None
) -> dict[str, Floats]:
    """The vectors of nodes, by the name of their literal.

    :param nodes: of a graph
    :param keys: of ``n`` nodes
    :param names: which literals; ``None``: every one that holds a list of fractions at each item or
        entity that has it, all of one length and of :data:`SHORTEST` or more
    :return: float32, shapes ``(n, m)``, sorted by name; zero where a node has none. A name that no
        node has is left out
    :raises DataError: if vectors of a name that was asked for differ in length, or hold anything
        but finite numbers
    """
    wanted = None if names is None else frozenset(names)
    places = {key: place for place, key in enumerate(keys)}
    found: dict[str, dict[int, Floats]] = {}
    lengths: dict[str, int] = {}
    refused: set[str] = set()
    for key, name, value in _lists(nodes):
        if name in refused or (wanted is not None and name not in wanted):
            continue
        vector = _vector(value)
        length = 0 if vector is None else len(vector)
        least = SHORTEST if wanted is None else 1
        if vector is None or length < least or length != lengths.setdefault(name, length):
            if wanted is not None:
                raise DataError(
                    f"'{name}' of the node '{key}' is not {lengths.get(name, 'a list of')} finite "
                    "numbers as those before it",
                    fix="make all of them with one encoder, or leave it out of graph.modalities",
                )
            refused.add(name)
        elif key in places:
            found.setdefault(name, {})[places[key]] = vector
    return {
        name: _matrix(found[name], (len(keys), lengths[name]))
        for name in sorted(found.keys() - refused)
    }


def modality_names(graph: KnowledgeGraph, names: Iterable[str] | None = None) -> tuple[str, ...]:
    """The literals of items and entities that hold vectors, sorted.

    :param names: see :func:`vectors_of`
    """
    return tuple(vectors_of(graph.nodes, graph.nodes["key"].to_list(), names))


def without_literals(graph: KnowledgeGraph, names: Iterable[str]) -> KnowledgeGraph:
    """The graph, with no earlier version, as it would be if no node had literals of these names."""
    gone = frozenset(names)
    marks = [json.dumps(name, ensure_ascii=False) for name in gone]
    cells = [
        _cell({name: value for name, value in parse(cell).items() if name not in gone})
        if cell and any(mark in cell for mark in marks)
        else cell
        for cell in graph.nodes["properties"]
    ]
    nodes = graph.nodes.with_columns(pl.Series("properties", cells, dtype=pl.String))
    return replace(graph, nodes=nodes, history=type(graph.history)(), update_report=None)


def only_vectors(properties: pl.Series, names: Sequence[str]) -> pl.Series:
    """Cells of literals that keep nothing but vectors.

    :param names: see :func:`modality_names`
    """
    if not names:
        return pl.Series(properties.name, ["{}"] * len(properties), dtype=pl.String)
    kept = (
        {name: value for name, value in parse(cell).items() if name in names} for cell in properties
    )
    return pl.Series(properties.name, [_cell(each) for each in kept], dtype=pl.String)


def with_own_vectors(properties: pl.Series, own: pl.Series, names: Sequence[str]) -> pl.Series:
    """Cells of literals in which the vectors are those of other cells.

    :param own: whose vectors count
    :param names: see :func:`modality_names`
    """
    if not names:
        return properties
    pairs = zip(properties, only_vectors(own, names), strict=True)
    cells = (
        _cell({**{k: v for k, v in parse(cell).items() if k not in names}, **parse(vectors)})
        for cell, vectors in pairs
    )
    return pl.Series(properties.name, cells, dtype=pl.String)


def _lists(nodes: pl.DataFrame) -> Iterator[tuple[str, str, list[Any]]]:
    """Key, name and value of each literal that is a list."""
    some = nodes.filter(
        (pl.col("kind") != "user") & pl.col("properties").str.contains("[", literal=True)
    )
    for key, cell in some.select("key", "properties").iter_rows():
        for name, value in parse(cell).items():
            if isinstance(value, list):
                yield key, name, value


def _vector(value: list[Any]) -> Floats | None:
    if not value or any(type(each) is not float for each in value):
        return None
    with np.errstate(over="ignore"):
        vector = np.array(value, dtype=np.float32)
    return vector if np.isfinite(vector).all() else None


def _matrix(rows: dict[int, Floats], shape: tuple[int, int]) -> Floats:
    matrix = np.zeros(shape, dtype=np.float32)
    for place, vector in rows.items():
        matrix[place] = vector
    return matrix


def _cell(literals: dict[str, Any]) -> str:
    return json.dumps(literals, ensure_ascii=False, separators=(",", ":"))
