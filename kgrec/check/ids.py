"""Ids that mean two things, and the facts that were read one way and may have meant the other."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.data import Dataset, Finding
from kgrec.data.sieve import examples

_ENDS = (("head", "head_kind"), ("tail", "tail_kind"))


def shared_ids(data: Dataset) -> Iterator[Finding]:
    """Facts with an id that an item shares with a user or an entity, and that may mean the other.

    Sharing ids is no fault: kgrec keeps the kinds apart. But an id in a fact means the item unless
    ``head_kind`` or ``tail_kind`` says otherwise (:mod:`kgrec.data.facts`). Where a relation
    has users at one end, and at the same end items all of which have an id of a user, these will
    be users, too; likewise entities and items, where the label of the id is not the item's title.
    """
    named = _items_named_otherwise(data)
    for kind, ids in (("user", data.users["user"]), ("entity", named)):
        for end, column in _ENDS:
            yield from _mixed(data.facts, end, column, kind, ids)


def _mixed(
    facts: pl.DataFrame, end: str, column: str, kind: str, ids: pl.Series
) -> Iterator[Finding]:
    is_item, is_other = pl.col(column) == "item", pl.col(column) == kind
    shared = pl.col(end).is_in(ids.implode())
    doubtful = facts.filter(is_other.any().over("relation")).filter(is_item)
    doubtful = doubtful.filter(shared.all().over("relation"))
    if not doubtful.is_empty():
        an = "an" if kind == "entity" else "a"
        yield Finding(
            "facts",
            end,
            f"the id is that of an item and of {an} {kind}, and was read as the item",
            doubtful.height,
            "kept",
            f"write '{kind}' or 'item' in a column {column}, or give the two ids of their own",
            examples(doubtful.select("head", "relation", "tail")),
        )


def _items_named_otherwise(data: Dataset) -> pl.Series:
    """Ids of items that a label calls by another name than their title."""
    label, title = (pl.col(name).str.to_lowercase() for name in ("label", "title"))
    both = data.labels.join(data.items.select("item", "title"), left_on="entity", right_on="item")
    other = ~title.str.contains(label, literal=True) & ~label.str.contains(title, literal=True)
    return both.filter(other)["entity"]
