"""On which questions the arms are tested: users with a history, and items without one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kgrec.audit.measure import K
from kgrec.check import leaks
from kgrec.data import Dataset, QualityReport

WARM, COLD = "warm", "cold"

_COLD_SHARE = 0.1
# A list of 20 out of 12 says little: a small catalog gives up more, but never more than a quarter.
_FEW, _MOST = 2 * K, 0.25


@dataclass(frozen=True)
class Split:
    """A dataset and the question that its test asks.

    :ivar name: ``warm`` (the test of the dataset) or ``cold`` (items that training never saw)
    :ivar data: the dataset; of a cold one only ``data.candidates`` may be recommended
    """

    name: str
    data: Dataset

    @property
    def users(self) -> list[str]:
        """The users of the test, sorted."""
        return self.data.test["user"].unique().sort().to_list()

    def sizes(self) -> dict[str, int]:
        """How many users and interactions its test has, and how many items may be recommended."""
        data = self.data
        return {
            "users": data.test["user"].n_unique(),
            "interactions": data.test.height,
            "candidates": len(data.candidates or data.items),
        }


def splits_of(data: Dataset, *, cold: bool = True) -> tuple[tuple[Split, ...], tuple[str, ...]]:
    """The test of a dataset, and one about cold items.

    Where all candidates of the dataset are cold, its own test is the cold one. Else some of the
    items are taken out of train, valid and test; what users took of these is the cold test.

    :param data: with a test
    :param cold: whether to make a cold test where the dataset is none
    :return: the splits, and remarks on what cannot be measured
    """
    if _is_cold(data):
        return (Split(COLD, data),), ()
    warm = Split(WARM, data)
    if not cold:
        return (warm,), ()
    held_out = cold_dataset(data)
    told = leaks(held_out)
    if held_out.test.is_empty() or held_out.train.is_empty():
        return (warm,), ("Cold items were not measured: there are too few interactions.",)
    if told:
        return (warm,), (
            "Cold items were not measured, for the data say who takes them: "
            f"{str(told[0]).rstrip('.')}.",
        )
    return (warm, Split(COLD, held_out)), ()


def cold_dataset(data: Dataset, *, seed: int = 0) -> Dataset:
    """Take a tenth of the items out of training; of a small catalog up to a quarter.

    The test is what is known of these items. Users who have nothing else are left out of it. Facts
    that join a user to an item of the test stay out of a graph, whatever the test is
    (:mod:`kgrec.graph.facts`).

    :param seed: which items; the same for every arm
    :return: with the items taken out as ``candidates``, and an empty report of quality
    """
    parts = (data.train, data.valid, data.test)
    items = pl.concat([part["item"] for part in parts]).unique().sort()
    if data.candidates is not None:
        items = items.filter(items.is_in(list(data.candidates)))
    size = round(max(_COLD_SHARE * len(items), min(_FEW, _MOST * len(items))))
    places = np.random.default_rng(seed).permutation(len(items))[:size]
    chosen = items.gather(np.sort(places))
    is_cold = pl.col("item").is_in(chosen.implode())
    train, valid = data.train.filter(~is_cold), data.valid.filter(~is_cold)
    known = pl.concat([train["user"], valid["user"]]).unique().implode()
    test = pl.concat([part.filter(is_cold) for part in parts])
    return replace(
        data,
        train=train,
        valid=valid,
        test=test.filter(pl.col("user").is_in(known)),
        candidates=tuple(chosen),
        quality=QualityReport(),
    )


def _is_cold(data: Dataset) -> bool:
    if data.candidates is None:
        return False
    known = pl.concat([data.train["item"], data.valid["item"]]).unique()
    return not known.is_in(list(data.candidates)).any()
