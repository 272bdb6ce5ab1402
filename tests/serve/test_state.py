from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kgrec.config import Config
from kgrec.errors import GraphError
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.serve.background import Background, Load
from kgrec.serve.journal import Acted
from kgrec.serve.lists import explained, recommended
from kgrec.serve.models import ExplainRequest, RecommendRequest
from kgrec.serve.past import user_page
from kgrec.serve.pending import Pending
from kgrec.serve.settings import Settings
from kgrec.serve.state import Now, State

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

    def slow(events: Any) -> Now:
        loaded = load(events)
        state.accept([Acted("late", "2", NOW + 1)])
        return loaded

    state._load = slow  # type: ignore[method-assign]
    assert state.reload_if_replaced(anyway=True)
    yield state
    state.close()


def test_an_event_that_comes_while_a_run_is_read_is_not_lost(replaced: State) -> None:
    now = replaced.now
    assert now.pending.total == len(replaced.journal.read()) == 2
    known = now.served.rec.features.user_row
    assert known("early") is not None
    assert [event.user for event in now.pending.events] == ["late"]
    assert user_page(now, "late")["history"][0]["item"] == "2"


def test_a_journal_that_cannot_be_read_takes_no_run_away(run: Path) -> None:
    with closing(State(Settings(run=run))) as state:
        state.accept([Acted("1", "40", NOW)])
        Recommender.load(run).with_alpha(0.05).save(run)
        whole = state.journal.path.read_bytes()
        state.journal.path.write_bytes(b"x" + whole[1:])
        assert not state.reload_if_replaced()
        state.journal.path.write_bytes(whole)
        assert state.reload_if_replaced()
        assert state.now.pending.folded == 1


def test_an_event_is_taken_once_though_the_graph_cannot_have_it(
    deep: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Recommender:
        raise GraphError("no")

    deep.save(tmp_path / "run")
    with closing(State(Settings(run=tmp_path / "run"))) as state:
        with monkeypatch.context() as patched:
            patched.setattr("kgrec.serve.state.folded", broken)
            state.accept([Acted("x", "4", NOW), Acted("1", "40", NOW)])
            assert not state.fold_if_due()
        assert state.now.pending.total == len(state.journal.read()) == 2
        assert not state.fold_if_due(), "it rests"
        state._rests_until = 0
        assert state.fold_if_due()
        assert state.now.pending == Pending(2)
        assert state.now.served.rec.features.user_row("x") is not None


def test_a_deep_model_counts_an_event_before_the_graph_has_it(
    deep: Recommender, tmp_path: Path
) -> None:
    deep.save(tmp_path / "run")
    with closing(State(Settings(run=tmp_path / "run"))) as state:
        state.accept([Acted("x", "4", NOW), Acted("1", "40", NOW)])
        assert state.now.number == 0
        before = {user: asked(state.now, user) for user in ("x", "1")}
        assert state.fold_if_due()
        for user, items in before.items():
            for item, later in zip(items, asked(state.now, user), strict=True):
                assert (item["item"], item["score"]) == (later["item"], later["score"])
                assert item["sentence"]
            item = items[0]["item"]
            told = json.loads(explained(state.now, ExplainRequest(user=user, item=item)))
            assert told["paths"] == state.now.served.rec.explain(user, item).to_dict()["paths"]


def asked(now: Now, user: str) -> list[dict[str, Any]]:
    answer = recommended(now, RecommendRequest(user=user, k=4, explain=True))
    items: list[dict[str, Any]] = json.loads(answer)["items"]
    return items


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
