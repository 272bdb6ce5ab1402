from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest

from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset

Make = Callable[..., Dataset]


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    schema = {name: pl.Float64 if name == "weight" else pl.String for name in columns}
    full = [[*row, *[None] * (len(columns) - len(row))] for row in rows]
    return pl.DataFrame(full, schema=schema, orient="row")


def make_dataset(
    train: Sequence[tuple[str, str]] = (("1", "1"), ("1", "2"), ("2", "2")),
    valid: Sequence[tuple[str, str]] = (("2", "1"),),
    test: Sequence[tuple[str, str]] = (("1", "3"),),
    facts: Sequence[tuple[str, ...]] = (),
    labels: Sequence[tuple[str | None, ...]] = (),
    items: pl.DataFrame | None = None,
    users: pl.DataFrame | None = None,
    item_type: str = "Film",
    ontologies: tuple[str, ...] = (),
) -> Dataset:
    """Two users, three films, and what the test adds; a fact is (head, relation, tail[, kinds])."""

    def interactions(pairs: Sequence[tuple[str, str]]) -> pl.DataFrame:
        return _table(["user", "item", "weight"], [(*pair, 1.0) for pair in pairs])

    full = [fact if len(fact) == 5 else (*fact, "item", "entity") for fact in facts]
    if items is None:
        items = pl.DataFrame({"item": ["1", "2", "3"], "title": ["Heat", "Ronin", "Alien"]})
    if users is None:
        users = pl.DataFrame({"user": ["1", "2"]})
    return Dataset(
        info=DatasetInfo("made", item_type=item_type, ontologies=ontologies),
        train=interactions(train),
        valid=interactions(valid),
        test=interactions(test),
        items=items,
        users=users,
        facts=_table(["head", "relation", "tail", "head_kind", "tail_kind"], full),
        labels=_table(["entity", "label", "type", "text"], labels),
    )


@pytest.fixture
def make() -> Make:
    return make_dataset


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.build(tiny_dataset())
