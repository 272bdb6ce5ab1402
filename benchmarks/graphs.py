"""An invented catalog of any size, for the benchmarks of stores.

A million edges: 100,000 users, 50,000 items, 50,000 entities, six relations, a label for everything
and a vector of 64 floats for each item. Few items and entities have most of the edges.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from kgrec.data import Dataset, DatasetInfo

RELATIONS = {
    "directed_by": "Person",
    "starring": "Person",
    "has_genre": "Genre",
    "part_of_series": "Series",
    "country": "Country",
}
VECTOR = 64
_HALF = 0.5  # of the edges are interactions


def catalog(edges: int, seed: int = 0) -> Dataset:
    """Invent a dataset with about so many edges (a few pairs are drawn twice and merged)."""
    rng = np.random.default_rng(seed)
    users, items = edges // 10, edges // 20
    entities = edges // 20
    interactions = _interactions(rng, int(edges * _HALF), users, items)
    return Dataset(
        info=DatasetInfo("invented", licence="CC0 1.0 (invented)", item_type="Film"),
        train=interactions,
        valid=interactions.clear(),
        test=interactions.clear(),
        items=_items(rng, items),
        users=pl.DataFrame({"user": _ids("u", users)}),
        facts=_facts(rng, int(edges * (1 - _HALF)), items, entities),
        labels=_labels(entities),
    )


def more_events(edges: int, count: int, seed: int = 1) -> pl.DataFrame:
    """New interactions between users and items of :func:`catalog`."""
    rng = np.random.default_rng(seed)
    return _interactions(rng, count, edges // 10, edges // 20)


def _ids(prefix: str, count: int) -> pl.Series:
    return pl.select(pl.lit(prefix) + pl.int_range(count).cast(pl.String)).to_series()


def _skewed(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    return (count * rng.random(size) ** 2).astype(np.int64).clip(0, count - 1)


def _interactions(rng: np.random.Generator, size: int, users: int, items: int) -> pl.DataFrame:
    pairs = pl.DataFrame(
        {"user": rng.integers(users, size=size), "item": _skewed(rng, items, size)}
    ).unique(maintain_order=True)
    return pairs.select(
        user="u" + pl.col("user").cast(pl.String),
        item="i" + pl.col("item").cast(pl.String),
        weight=pl.lit(1.0),
        timestamp=pl.Series(rng.integers(1_600_000_000, 1_700_000_000, pairs.height)),
    )


def _items(rng: np.random.Generator, count: int) -> pl.DataFrame:
    vectors = rng.standard_normal((count, VECTOR)).astype(np.float32)
    return pl.DataFrame(
        {
            "item": _ids("i", count),
            "title": _ids("Film number ", count),
            "year": rng.integers(1950, 2020, size=count),
            "vector": pl.Series(vectors.astype(np.float64)).cast(pl.List(pl.Float64)),
        }
    )


def _facts(rng: np.random.Generator, size: int, items: int, entities: int) -> pl.DataFrame:
    each, part = size // len(RELATIONS), entities // len(RELATIONS)
    tables = []
    for place, name in enumerate(RELATIONS):
        tails = _skewed(rng, part, each) + place * part
        pairs = pl.DataFrame({"head": rng.integers(items, size=each), "tail": tails})
        tables.append(pairs.unique(maintain_order=True).with_columns(relation=pl.lit(name)))
    return pl.concat(tables).select(
        head="i" + pl.col("head").cast(pl.String),
        relation="relation",
        tail="e" + pl.col("tail").cast(pl.String),
        head_kind=pl.lit("item"),
        tail_kind=pl.lit("entity"),
    )


def _labels(count: int) -> pl.DataFrame:
    types = list(RELATIONS.values())
    part = count // len(types)
    place = (pl.int_range(count) // part).clip(0, len(types) - 1)
    return pl.select(
        entity=pl.lit("e") + pl.int_range(count).cast(pl.String),
        label=pl.lit("Entity number ") + pl.int_range(count).cast(pl.String),
        type=place.replace_strict(dict(enumerate(types)), return_dtype=pl.String),
        text=pl.lit(None, pl.String),
    )
