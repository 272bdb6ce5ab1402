from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from kgrec.graph import KnowledgeGraph


@pytest.fixture(scope="session")
def table() -> Callable[..., pl.DataFrame]:
    """A table by the names of its columns and its rows."""

    def make(columns: str, *rows: tuple[Any, ...]) -> pl.DataFrame:
        names = columns.split()
        return pl.DataFrame(list(rows), schema=names, orient="row", infer_schema_length=None)

    return make


@pytest.fixture(scope="session")
def edges() -> Callable[..., list[dict[str, Any]]]:
    """The edges of a graph with some values, in order."""

    def find(graph: KnowledgeGraph, **where: str) -> list[dict[str, Any]]:
        return graph.edges.filter(**where).sort("head", "relation", "tail").to_dicts()

    return find


@pytest.fixture(scope="session")
def tails(edges: Callable[..., list[dict[str, Any]]]) -> Callable[..., list[str]]:
    """The tails of a head's edges of one relation."""

    def find(graph: KnowledgeGraph, head: str, relation: str) -> list[str]:
        return [edge["tail"] for edge in edges(graph, head=head, relation=relation)]

    return find


@pytest.fixture(scope="session")
def literals() -> Callable[..., dict[str, Any]]:
    """The literals of a node that have a value."""

    def read(graph: KnowledgeGraph, key: str) -> dict[str, Any]:
        values = json.loads(graph.node(key)["properties"])
        return {name: value for name, value in values.items() if value is not None}

    return read
