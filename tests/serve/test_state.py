from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kgrec.config import Config
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.serve.background import Background, Load
from kgrec.serve.journal import Acted
from kgrec.serve.settings import Settings
from kgrec.serve.state import State

NOW = 1_900_000_000


@pytest.fixture(scope="module")
def deep(quick: Callable[..., Config], tiny_graph: KnowledgeGraph) -> Recommender:
    return Recommender(quick(gnn__model="rgcn", gnn__epochs=1)).fit(tiny_graph)


@pytest.fixture(params=["deep to deep", "linear to linear"])
def replaced(
    request: pytest.FixtureRequest,
    deep: Recommender,
    fitted: Recommender,
    tmp_path: Path,
) -> Iterator[State]:
    """A state whose run was replaced while an event came, after the journal was read."""
    before, after = (
        deep if word == "deep" else fitted for word in str(request.param).split(" to ")
    )
    before.save(tmp_path / "run")
    state = State(Settings(run=tmp_path / "run"))
    state.accept([Acted("early", "1", NOW)])
    after.save(tmp_path / "run")
    load = state._load

    def slow() -> Any:
        loaded = load()
        state.accept([Acted("late", "2", NOW + 1)])
        return loaded

    state._load = slow  # type: ignore[method-assign]
    assert state.reload_if_replaced(anyway=True)
    yield state
    state.close()


def test_an_event_that_comes_while_a_run_is_read_is_not_lost(replaced: State) -> None:
    now = replaced.now
    assert now.pending.total == replaced.journal.size == 2
    known = now.served.rec.features.user_row
    assert known("early") is not None
    if now.served.is_linear:
        assert [event.user for event in now.pending.events] == ["late"]
    else:
        assert known("late") is not None
        assert not now.pending.events


def test_each_who_acted_is_looked_at_once_and_no_more_than_are_prepared(
    run: Path,
) -> None:
    state = State(Settings(run=run, prepare=3))
    made: list[str] = []
    background = Background(state, Load(), lambda _, user: bool(made.append(user)) or True)
    state.accept([Acted(user, "1", NOW) for user in "12234"])
    while background._renew():
        pass
    state.accept([Acted("5", "1", NOW)])
    while background._renew():
        pass
    state.close()
    assert made == ["2", "3", "4", "5"]
