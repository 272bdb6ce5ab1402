from __future__ import annotations

import polars as pl

from kgrec.check import doubts
from kgrec.data import Dataset, DatasetInfo, clean


def read(facts: list[tuple[str, str, str]], **more: object) -> Dataset:
    """Users 1 to 9 and items 1 to 6; facts say nothing of kinds."""
    events = [(str(user), str(item)) for user in range(1, 10) for item in range(1, 7)]
    tables = {
        "events": pl.DataFrame(events, schema=["user", "item"], orient="row"),
        "facts": pl.DataFrame(facts, schema=["head", "relation", "tail"], orient="row"),
    }
    return clean({**tables, **more}, DatasetInfo("numbers"))


FRIENDS = [("1", "knows", "8"), ("8", "knows", "2"), ("9", "knows", "7")]


def test_friends_that_were_read_as_items() -> None:
    head, tail = doubts(read(FRIENDS))
    assert (head.column, head.rows) == ("head", 1)
    assert (tail.column, tail.rows) == ("tail", 1)
    assert "the id is that of an item and of a user, and was read as the item" in str(head)
    assert "write 'user' or 'item' in a column head_kind" in str(head)


def test_people_that_were_read_as_items() -> None:
    labels = pl.DataFrame({"entity": ["3", "30"], "label": ["Ada Marlow", "Bruno Okoro"]})
    items = pl.DataFrame({"item": ["3"], "title": ["The Silent Lantern"]})
    facts = [("1", "starring", "3"), ("2", "starring", "30")]
    (doubt,) = doubts(read(facts, labels=labels, items=items))
    assert (doubt.column, doubt.rows) == ("tail", 1)
    assert "of an item and of an entity" in str(doubt)


def test_items_and_entities_that_share_nothing_but_a_relation_are_fine() -> None:
    labels = pl.DataFrame({"entity": ["3", "x"], "label": ["The Silent Lantern", "Outside"]})
    items = pl.DataFrame({"item": ["3"], "title": ["The Silent Lantern (1999)"]})
    assert (
        doubts(read([("1", "sequel", "3"), ("2", "sequel", "x")], labels=labels, items=items)) == []
    )


def test_ids_that_are_shared_and_clear_are_fine() -> None:
    assert doubts(read([("1", "directed_by", "p1"), ("2", "directed_by", "p2")])) == []
