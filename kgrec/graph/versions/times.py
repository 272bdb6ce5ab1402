"""When a user took an item last: one rule for updates of a graph and for what waits for one.

``None``, or null: the time is not known, which is before all others.
"""

from __future__ import annotations

import polars as pl

LAST = pl.col("timestamp").max()
"""The last time of several interactions."""


def last_times(interactions: pl.DataFrame) -> pl.DataFrame:
    """The last time of each pair: ``head, tail, timestamp``.

    :param interactions: of which a graph that is a log holds several of a pair
    """
    return interactions.group_by("head", "tail", maintain_order=True).agg(LAST)


def comes_later(last: int | None, time: int | None) -> bool:
    """Whether an interaction is news of a pair that is there already.

    :param last: when the user took the item last
    """
    return time is not None and (last is None or time > last)


def later(last: int | None, time: int | None) -> int | None:
    """The later of two times."""
    return time if comes_later(last, time) else last
