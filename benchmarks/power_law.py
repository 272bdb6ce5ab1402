"""Invented interactions and facts of any number: popular items, busy users, hub entities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from kgrec.data import Dataset, DatasetInfo

RELATIONS = ("directed_by", "starring", "has_genre", "part_of_series", "country")
# The node of rank r has a share proportional to r ** -_EXPONENT of the edges.
_EXPONENT = 0.8
_VALID = 20  # every so many interactions one is for validation


@dataclass(frozen=True)
class Shape:
    """How many of each."""

    users: int
    items: int
    entities: int
    interactions: int
    facts: int

    @staticmethod
    def of(edges: int, *, catalog: int | None = None) -> Shape:
        """Half interactions, half facts; ten interactions a user.

        :param catalog: number of items and of entities; ``None``: it grows with the edges
        """
        nodes = catalog or max(edges // 40, 10)
        return Shape(max(edges // 20, 10), nodes, nodes, edges // 2, edges // 2)


def invented(shape: Shape, seed: int = 0) -> Dataset:
    """A dataset of this shape; pairs that are drawn twice are merged, so there are a few less."""
    random = np.random.default_rng(seed)
    users = drawn(random, shape.users, shape.interactions)
    items = drawn(random, shape.items, shape.interactions)
    events = pl.DataFrame({"user": _named("u", users), "item": _named("i", items)})
    events = events.unique(maintain_order=True).with_columns(weight=pl.lit(1.0))
    chosen = pl.int_range(pl.len()) % _VALID == 0
    return Dataset(
        info=DatasetInfo("invented", licence="CC0 1.0 (invented)", item_type="Film"),
        train=events.filter(~chosen),
        valid=events.filter(chosen),
        test=events.clear(),
        items=pl.DataFrame({"item": _all("i", shape.items)}),
        users=pl.DataFrame({"user": _all("u", shape.users)}),
        facts=_facts(random, shape),
        labels=pl.DataFrame(schema=dict.fromkeys(("entity", "label", "type"), pl.String)),
    )


def drawn(random: np.random.Generator, nodes: int, size: int) -> np.ndarray:
    """Draw nodes, each with its share; which node has which rank is random."""
    shares = np.cumsum(np.arange(1, nodes + 1) ** -_EXPONENT)
    ranks = np.searchsorted(shares, random.random(size) * shares[-1])
    found: np.ndarray = random.permutation(nodes)[ranks]
    return found


def _facts(random: np.random.Generator, shape: Shape) -> pl.DataFrame:
    tails = drawn(random, shape.entities, shape.facts)
    facts = pl.DataFrame(
        {
            "head": _named("i", random.integers(shape.items, size=shape.facts)),
            "relation": np.array(RELATIONS)[tails % len(RELATIONS)],
            "tail": _named("e", tails),
        }
    )
    kinds = {"head_kind": pl.lit("item"), "tail_kind": pl.lit("entity")}
    return facts.unique(maintain_order=True).with_columns(**kinds)


def _all(prefix: str, count: int) -> pl.Series:
    return _named(prefix, np.arange(count))


def _named(prefix: str, numbers: np.ndarray) -> pl.Series:
    return prefix + pl.Series(numbers).cast(pl.String)
