from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.graph import KnowledgeGraph
from kgrec.serve.cache import Answers
from kgrec.serve.journal import Acted
from kgrec.serve.pending import Pending, times
from kgrec.serve.search import Finder


@pytest.fixture(scope="module")
def finder(build: object) -> Finder:
    titles = {
        "1": "Amélie",
        "2": "Alien",
        "3": "Aliens",
        "4": "The Alien Returns",
        "5": "Xalien",
        "6": "Heat",
        "alien": "Something Else",
    }
    pairs = [("u", "6"), ("v", "6"), ("u", "2")] + [("w", item) for item in titles]
    graph: KnowledgeGraph = build(pairs, titles=titles)  # type: ignore[operator]
    return Finder(graph, "item")


def test_exact_comes_before_the_beginning_before_a_word_before_a_part(finder: Finder) -> None:
    found = finder.find("alien", 6)["id"].to_list()
    assert found[:2] == ["2", "alien"]
    assert found[2:5] == ["3", "4", "5"]


def test_accents_and_case_do_not_matter(finder: Finder) -> None:
    assert finder.find("AMELIE", 1)["id"].to_list() == ["1"]
    assert finder.find("amélie", 1)["id"].to_list() == ["1"]
    assert finder.near("Amelli")[0] == {"id": "1", "label": "Amélie"}


def test_nothing_typed_gives_what_is_popular(finder: Finder) -> None:
    assert finder.find("  ", 2)["id"].to_list() == ["6", "2"]


@settings(max_examples=30)  # each is a search, not a sum
@given(query=st.text(max_size=30), limit=st.integers(1, 5))
def test_whatever_is_typed_gives_at_most_so_many_and_none_twice(
    finder: Finder, query: str, limit: int
) -> None:
    found = finder.find(query, limit)["id"].to_list()
    assert len(found) <= limit
    assert len(set(found)) == len(found)


def test_answers_are_kept_within_bytes_the_last_ones_asked_for() -> None:
    answers = Answers(3 * 500)
    for name in "abc":
        answers.put(name, b"x" * 100)
    assert answers.get("a")
    answers.put("d", b"x" * 100)
    assert [name for name in "abcd" if name in answers] == ["a", "c", "d"]
    answers.put("d", b"y")
    assert answers.get("d") == b"y"
    answers.put("e", b"x" * 10_000)
    assert "e" not in answers


acts = st.builds(
    Acted, st.sampled_from("uvw"), st.sampled_from("abc"), st.none() | st.integers(0, 9)
)


@given(events=st.lists(acts, max_size=8), later=st.lists(acts, max_size=4))
def test_events_that_wait_are_kept_in_order_and_by_user(
    events: list[Acted], later: list[Acted]
) -> None:
    pending = Pending(5).plus(events).plus(later)
    left = events + later
    assert pending.total == 5 + len(events) + len(later)
    assert list(pending.events) == left
    for user in "uvw":
        assert list(pending.of(user)) == [event for event in left if event.user == user]


@given(events=st.lists(acts, max_size=8))
def test_the_last_time_of_an_item_counts(events: list[Acted]) -> None:
    found = times(events)
    for item in {event.item for event in events}:
        known = [
            event.timestamp
            for event in events
            if event.item == item and event.timestamp is not None
        ]
        assert found[item] == max(known, default=None)
    assert len(found) == len({event.item for event in events})
