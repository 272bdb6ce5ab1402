from __future__ import annotations

from pathlib import Path

import pytest

from kgrec.serve.journal import Acted
from kgrec.serve.past import user_page
from kgrec.serve.settings import Settings
from kgrec.serve.state import State

NOW = 1_900_000_000


def test_a_user_page_is_the_same_before_and_after_events_are_folded(run: Path) -> None:
    state = State(Settings(run=run, fold_events=1))
    try:
        known = user_page(state.now, "1")["history"][0]["item"]
        came = [
            *(("new", "1", NOW, 1.0), ("new", "1", NOW - 50, 7.0), ("new", "1", NOW + 5, 5.0)),
            *(("new", "2", None, 2.0), ("new", "3", NOW + 1, 1.0), ("new", "3", NOW + 1, 3.0)),
            *(("1", known, NOW, 2.0), ("1", known, NOW + 1, 3.0), ("1", known, 5, 9.0)),
            *(("1", known, None, 9.0), ("1", "1", NOW + 2, 4.0)),
        ]
        state.accept([Acted(*each) for each in came])
        before = [user_page(state.now, user) for user in ("new", "1")]
        assert state.fold_if_due()
        assert [user_page(state.now, user) for user in ("new", "1")] == before
        assert before[0]["history"][0] == {
            **before[0]["history"][0],
            "item": "1",
            "timestamp": NOW + 5,
            "weight": 7.0,
        }
    finally:
        state.close()


@pytest.mark.parametrize("user", ["1", "new"])
def test_an_item_that_a_new_run_lacks_is_left_out(run: Path, user: str) -> None:
    state = State(Settings(run=run))
    try:
        state.accept([Acted(user, "gone", NOW), Acted(user, "1", NOW)])
        assert "gone" not in {row["item"] for row in user_page(state.now, user)["history"]}
    finally:
        state.close()
