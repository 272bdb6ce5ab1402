from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.config import Config
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.serve.folding import folded
from kgrec.serve.journal import Acted
from kgrec.serve.past import user_page
from kgrec.serve.pending import Pending, times
from kgrec.serve.served import Served
from kgrec.testing import tiny_dataset

USERS = ["1", "17", "somebody new"]
TIMES = st.none() | st.integers(0, 3) | st.integers(2**30, 2**31)


def _forget(which: str) -> pl.Expr:
    """Times that a graph lacks: those of all, of none, of every second interaction."""
    row = pl.int_range(pl.len())
    known = {"timed": row >= 0, "untimed": row < 0, "half timed": row % 2 == 0}[which]
    return pl.when(known).then("timestamp").alias("timestamp")


@pytest.fixture(scope="module", params=["timed", "untimed", "half timed"])
def rec(request: pytest.FixtureRequest, quick: Callable[..., Config]) -> Recommender:
    """What was taken lately counts more, where it is known when it was taken."""
    data = tiny_dataset()
    splits = {
        name: getattr(data, name).with_columns(_forget(request.param))
        for name in ("train", "valid")
    }
    graph = KnowledgeGraph.build(dataclasses.replace(data, **splits))
    return Recommender(quick(gnn__recency=0.75)).fit(graph)


def events_of(rec: Recommender) -> st.SearchStrategy[list[Acted]]:
    """Some are of pairs that the graph has."""
    items = st.sampled_from(rec.features.items)
    weights = st.sampled_from([1.0, 2.0])
    return st.lists(st.builds(Acted, st.sampled_from(USERS), items, TIMES, weights), max_size=12)


def history(rec: Recommender, user: str, events: list[Acted]) -> tuple[list[int], list[float]]:
    taken = rec.history(user, times(event for event in events if event.user == user))
    return taken.items.tolist(), taken.counts.tolist()


def page(rec: Recommender, user: str, events: list[Acted]) -> Any:
    now: Any = SimpleNamespace(served=Served(rec, "run", 0), pending=Pending().plus(events))
    return user_page(now, user)


def test_a_history_and_a_page_are_the_same_before_and_after_events_are_folded(
    rec: Recommender,
) -> None:
    @settings(max_examples=25)
    @given(events=events_of(rec))
    def law(events: list[Acted]) -> None:
        later = folded(rec, events)
        for user in {event.user for event in events} | {"2"}:
            assert history(rec, user, events) == history(later, user, [])
            assert page(rec, user, events) == page(later, user, [])

    law()


def test_events_that_are_folded_again_change_nothing(rec: Recommender) -> None:
    @settings(max_examples=15)
    @given(events=events_of(rec))
    def law(events: list[Acted]) -> None:
        later = folded(rec, events)
        assert folded(later, events) is later

    law()


def test_events_that_come_in_two_parts_make_the_same_histories(rec: Recommender) -> None:
    @settings(max_examples=15)
    @given(events=events_of(rec), first=st.integers(0, 12))
    def law(events: list[Acted], first: int) -> None:
        later, whole = folded(rec, events[:first]), folded(rec, events)
        for user in {event.user for event in events}:
            expected = history(whole, user, [])
            assert history(later, user, events[first:]) == expected
            assert history(folded(later, events[first:]), user, []) == expected

    law()
