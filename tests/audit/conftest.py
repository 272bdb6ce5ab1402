from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from kgrec import Config
from kgrec.data import Dataset, DatasetInfo, clean

QUICK = {
    "text.enabled": False,
    "kge.enabled": False,
    "gnn.epochs": 3,
    "gnn.embedding_size": 8,
    "gnn.factors": 8,
    "threads": 1,
}


@pytest.fixture(scope="session")
def quick() -> Config:
    """Settings that make training a matter of moments: neither text nor pretraining."""
    return Config().replace(QUICK)


def make_world(*, true_facts: bool, users: int = 150, items: int = 100, seed: int = 0) -> Dataset:
    """Users take items of two topics; facts name the topic of an item, or one drawn by lot.

    Each item also has a maker, who means nothing in either case.
    """
    rng = np.random.default_rng(seed)
    topic = rng.integers(20, size=items)
    told = topic if true_facts else rng.permutation(topic)
    maker = rng.integers(30, size=items)
    rows = []
    for user in range(users):
        liked = np.isin(topic, rng.choice(20, size=2, replace=False))
        weights = 0.05 + 3.0 * liked
        chosen = rng.choice(items, size=6, replace=False, p=weights / weights.sum())
        rows += [(f"u{user}", f"i{item}", place) for place, item in enumerate(chosen)]
    facts = [(f"i{item}", "on_topic", f"t{number}") for item, number in enumerate(told)]
    facts += [(f"i{item}", "made_by", f"m{number}") for item, number in enumerate(maker)]
    tables = {
        "events": pl.DataFrame(rows, schema=["user", "item", "timestamp"], orient="row"),
        "facts": pl.DataFrame(facts, schema=["head", "relation", "tail"], orient="row"),
    }
    return clean(tables, DatasetInfo("true facts" if true_facts else "noise"))


@pytest.fixture(scope="session")
def world() -> Callable[..., Dataset]:
    """Makes data whose behaviour follows the facts, or does not."""
    return make_world
