"""The class of all items of a foreign graph."""

from __future__ import annotations

import polars as pl

from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.plan import GENERIC, SEPARATOR


def usual_class(items: pl.DataFrame, foreign: ForeignGraph) -> str:
    """What all items are: their class, or the nearest one above several; else the most frequent.

    :param items: ``class, labels``
    """
    counts = items["class"].drop_nulls().value_counts()
    ranked = sorted(counts.iter_rows(), key=lambda row: (-row[1], row[0]))
    if not ranked:
        return "Item"
    return (_shared(items, foreign) if len(ranked) > 1 else None) or str(ranked[0][0])


def _shared(items: pl.DataFrame, foreign: ForeignGraph) -> str | None:
    """The most specific class that every item has, by its labels or those above them."""
    sets = [
        {*labels, *(up for one in labels for up in foreign.broader.get(one, ()))}
        for labels in (key.split(SEPARATOR) for key in items["labels"].unique().to_list())
    ]
    shared = set.intersection(*sets) - {"", *GENERIC}
    above = {up for one in shared for up in foreign.broader.get(one, ())}
    return min(shared - above or shared, default=None)
