from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kgrec.config import Config
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender

NOW = 1_900_000_000


def listed(service: Any, user: str, k: int = 5) -> list[dict[str, Any]]:
    asked = {"user": user, "k": k, "explain": True}
    items: list[dict[str, Any]] = service.post("/recommend", asked).json()["items"]
    return items


def updated(rec: Recommender, rows: list[tuple[str, str, int | None]]) -> Recommender:
    schema = {"user": pl.String, "item": pl.String, "timestamp": pl.Int64}
    return rec.update(rec.graph.update(events=pl.DataFrame(rows, schema=schema, orient="row")))


def same(items: list[dict[str, Any]], rec: Recommender, user: str, k: int = 5) -> bool:
    wanted = rec.recommend(user, k, explain=True)
    return [(item["item"], item["score"], item["sentence"]) for item in items] == [
        (row["item"], row["score"], why.sentence)
        for row, why in zip(wanted.table.to_dicts(), wanted.explanations, strict=True)
    ]


@pytest.mark.parametrize("user", ["11", "somebody/new & <b>"])
def test_the_next_list_is_that_of_the_updated_graph(
    service: Any, fitted: Recommender, user: str
) -> None:
    best = fitted.recommend("11", 2).items
    rows = [(user, best[0], NOW), (user, best[1], NOW + 5)]
    if user == "11":
        listed(service, user)  # there is an answer that must not be given again
    events = [dict(zip(("user", "item", "timestamp"), row, strict=True)) for row in rows]
    assert service.post("/events", {"events": events}).json() == {"accepted": 2, "refused": []}
    later = updated(fitted, rows)
    items = listed(service, user)
    assert not set(best) & {item["item"] for item in items}
    assert same(items, later, user)
    told = service.get("/explain", params={"user": user, "item": best[0]}).json()
    told.pop("svg")
    assert told == later.explain(user, best[0]).to_dict()
    history = service.get(f"/users/{user}").json()["history"]
    assert [each["item"] for each in history[:2]] == [best[1], best[0]]


def test_a_bad_row_loses_no_good_one(service: Any) -> None:
    rows = [
        {"user": "12", "item": "7"},
        {"user": "12", "item": "no such film"},
        {"user": "", "item": "7"},
        {"user": "12"},
        {"user": "12", "item": "8", "weight": 0},
        {"user": "12", "item": "8", "timestamp": "yesterday"},
        {"user": "12", "item": "8", "timestamp": 10**30},
        {"user": "12", "item": "8", "rating": 5},
        "nonsense",
        {"user": "12", "item": "9", "timestamp": "2030-01-01T00:00:00Z"},
    ]
    answer = service.post("/events", {"events": rows}).json()
    assert answer["accepted"] == 2
    assert [each["row"] for each in answer["refused"]] == list(range(1, 9))
    assert answer["refused"][0]["reason"] == "There is no item 'no such film' in the graph."
    latest = service.get("/users/12").json()["history"][0]
    assert (latest["item"], latest["timestamp"]) == ("9", 1_893_456_000)


def test_what_was_acknowledged_is_there_after_a_restart(
    run: Path, serving: Callable[..., Any], fitted: Recommender, tmp_path: Path
) -> None:
    rows = [("1", "40", NOW), ("fresh", "3", NOW)]
    events = [dict(zip(("user", "item", "timestamp"), row, strict=True)) for row in rows]
    kept = tmp_path / "kept.jsonl"
    with serving(run=run) as service:
        assert service.post("/events", {"events": events}).json()["accepted"] == 2
        # As if the power were gone at this moment, in the middle of a further line.
        shutil.copy(tmp_path / "run.events.jsonl", kept)
        with kept.open("a") as file:
            file.write('{"user": "1", "it')
    with serving(run=run, events=kept) as service:
        assert service.get("/health").json()["pending"] == 0  # the graph holds them
        later = updated(fitted, rows)
        for user in ("1", "fresh"):
            assert same(listed(service, user), later, user)
        assert service.get("/users/1").json()["history"][0]["item"] == "40"


def test_enough_events_become_a_new_version_of_the_graph(
    run: Path, serving: Callable[..., Any], eventually: Callable[..., None], fitted: Recommender
) -> None:
    with serving(run=run, fold_events=2) as service:
        service.post("/events", {"events": [{"user": "1", "item": "40", "timestamp": NOW}]})
        assert service.get("/health").json()["pending"] == 1
        before = listed(service, "1")
        service.post("/events", {"events": [{"user": "2", "item": "39", "timestamp": NOW}]})
        eventually(lambda: service.get("/health").json()["pending"] == 0)
        assert service.service.now.served.rec.graph.version == 1
        assert listed(service, "1") == before
        service.post("/events", {"events": [{"user": "1", "item": "38", "timestamp": NOW + 1}]})
        rows = [("1", "40", NOW), ("2", "39", NOW), ("1", "38", NOW + 1)]
        assert same(listed(service, "1"), updated(fitted, rows), "1")


def test_answers_are_made_while_nobody_asks(
    run: Path, serving: Callable[..., Any], eventually: Callable[..., None], fitted: Recommender
) -> None:
    with serving(run=run, prepare=-1) as service:
        eventually(lambda: service.get("/health").json()["prepared"] == 30)
        answers = service.service.now.served.answers
        assert len(answers) == 30
        assert same(listed(service, "9", 10), fitted, "9", 10)
        assert len(answers) == 30
        service.post("/events", {"events": [{"user": "9", "item": "1", "timestamp": NOW}]})
        eventually(lambda: len(answers) == 31)
        later = updated(fitted, [("9", "1", NOW)])
        assert same(listed(service, "9", 10), later, "9", 10)
        assert len(answers) == 31


def test_a_deep_model_counts_new_behaviour_at_once(
    quick: Callable[..., Config],
    tiny_graph: KnowledgeGraph,
    serving: Callable[..., Any],
    tmp_path: Path,
) -> None:
    rec = Recommender(quick(gnn__model="rgcn", gnn__epochs=1)).fit(tiny_graph)
    rec.save(tmp_path / "deep")
    with serving(run=tmp_path / "deep") as service:
        asked = {"events": [{"user": "x", "item": "4", "timestamp": NOW}]}
        assert service.post("/events", asked).json()["accepted"] == 1
        items = service.post("/recommend", {"user": "x", "k": 3}).json()["items"]
        later = updated(rec, [("x", "4", NOW)])
        assert [item["item"] for item in items] == later.recommend("x", 3).items
        answer = service.post("/recommend", {"user": "x", "alpha": 0.3})
        assert answer.status_code == 400
        assert "leave alpha out" in answer.json()["error"]
