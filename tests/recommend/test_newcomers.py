from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.errors import DataError
from kgrec.graph.descriptions import descriptions_of
from kgrec.graph.extracted import is_extracted
from kgrec.recommend.newcomers import with_new_items
from kgrec.testing import tiny_dataset

ITEMS = pl.DataFrame({"item": ["101"], "title": ["A New Film"], "text": ["A lantern at sea."]})
FACTS = pl.DataFrame({"head": ["101"], "relation": ["directed_by"], "tail": ["1"]})


def test_new_items_are_served_at_once_and_explained(fitted: Recommender) -> None:
    rec = fitted.add_items(ITEMS, facts=FACTS)
    assert rec.model.num_items == fitted.model.num_items + 1
    everything = rec.recommend("1", k=100).to_polars()
    assert "101" in everything["item"].to_list()
    told = rec.explain("1", "101")
    assert told.label == "A New Film"
    total = sum(path.share for path in told.paths) + sum(told.rest.values())
    assert total == pytest.approx(told.score, abs=1e-4)


def test_the_recommender_stays_as_it_is_and_so_do_the_scores_of_what_was_there(
    fitted: Recommender,
) -> None:
    before = fitted.model.score(fitted.features.history).numpy().copy()
    rec = fitted.add_items(ITEMS, facts=FACTS)
    places = [rec.features.item_index(item) for item in fitted.features.items]
    after = rec.model.score(rec.features.history).numpy()[:, places]
    assert np.array_equal(before, after)
    assert np.array_equal(before, fitted.model.score(fitted.features.history).numpy())


def test_it_is_an_update_of_graph_and_recommender(fitted: Recommender) -> None:
    rec = fitted.add_items(ITEMS, facts=FACTS)
    long = fitted.update(fitted.graph.update(items=ITEMS, facts=FACTS))
    assert rec.graph.identity == long.graph.identity
    history = rec.features.history
    assert np.array_equal(rec.model.score(history).numpy(), long.model.score(history).numpy())


def test_texts_of_new_items_come_with_them(fitted: Recommender) -> None:
    claim = {"head": "101", "relation": "starring", "tail": "9", "tail_kind": "entity"}
    claim |= {"state": "accepted"}
    said = {"id": "101", "text": "A lamp goes out.", "source": "local"}
    rec = fitted.add_items(
        ITEMS, extracted=pl.DataFrame([claim]), descriptions=pl.DataFrame([said])
    )
    (edge,) = rec.graph.edges.filter(is_extracted()).rows(named=True)
    assert (edge["head"], edge["tail"]) == ("item:101", "entity:9")
    assert descriptions_of(rec.graph.nodes)["text"].to_list() == ["A lamp goes out."]
    assert "starring" not in _relations(rec)  # graph.extracted is "no"


def test_facts_of_texts_find_new_items_where_the_settings_say_so(
    tiny_graph: KnowledgeGraph, quick: Callable[..., Config]
) -> None:
    names = {"head": "101", "relation": "directed_by", "tail": "1", "tail_kind": "entity"}
    claim = pl.DataFrame([{**names, "state": "accepted"}])
    told = {}
    for setting in ("train", "explain"):
        rec = Recommender(quick(graph__extracted=setting)).fit(tiny_graph)
        plain = rec.add_items(ITEMS).recommend("1", k=100).to_polars()
        rec = rec.add_items(ITEMS, extracted=claim)
        found = rec.recommend("1", k=100).to_polars()
        assert _score(found) != _score(plain)
        told[setting] = rec.explain("1", "101", paths=None)
        assert ("directed_by" in _relations(rec)) == (setting == "explain")
    assert told["train"].rest["extracted"] != 0
    assert told["train"].score == pytest.approx(told["explain"].score, abs=1e-6)


def _score(table: pl.DataFrame) -> float | None:
    return next(iter(table.filter(item="101")["score"]), None)


def _relations(rec: Recommender) -> set[str]:
    why = rec.explain("1", "101", paths=None)
    return {step.name for path in why.paths for step in path.relations}


def test_new_items_are_candidates() -> None:
    data = tiny_dataset()
    some = tuple(sorted(data.items["item"].to_list()[:20]))
    graph = KnowledgeGraph.build(replace(data, candidates=some))
    assert set(with_new_items(graph, ITEMS).candidates or ()) == {*some, "101"}


def test_new_users_are_served_by_what_they_did(fitted: Recommender) -> None:
    rec = fitted.add_users(events=pl.DataFrame({"user": ["new"] * 2, "item": ["1", "5"]}))
    found = rec.recommend("new", k=5).to_polars()
    assert found.height == 5
    assert not {"1", "5"} & set(found["item"])
    assert rec.explain("new", found["item"][0]).paths
    stranger = fitted.add_users(pl.DataFrame({"user": ["stranger"]}))
    assert stranger.recommend("stranger", k=5).to_polars().height == 5
    both = rec.add_items(ITEMS, facts=FACTS)
    assert both.recommend("new", k=5).to_polars().height == 5


def test_any_column_may_stand_beside_the_id(fitted: Recommender) -> None:
    names = ("id", "key", "kind", "type", "label", "split", "relation", "head", "tail", "timestamp")
    table = ITEMS.with_columns(pl.lit(f"of {name}").alias(name) for name in names)
    rec = fitted.add_items(table)
    node = rec.graph.node("item:101")
    assert (node["id"], node["kind"], node["label"]) == ("101", "item", "A New Film")
    assert "101" in rec.recommend("1", k=100).to_polars()["item"].to_list()


def test_a_user_of_whom_one_row_is_good_is_added(fitted: Recommender) -> None:
    events = pl.DataFrame({"user": ["z", "z"], "item": ["1", "2"], "weight": [-3.0, 1.0]})
    rec = fitted.add_users(events=events)
    assert rec.history("z").items.tolist() == [rec.features.item_index("2")]


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda rec: rec.add_items(pl.DataFrame({"item": ["101", "1"]})), "row 2.*'1' is in"),
        (lambda rec: rec.add_items(pl.DataFrame({"item": []}, {"item": pl.String})), "no item"),
        (lambda rec: rec.add_items(pl.DataFrame({"name": ["x"]})), "column is missing"),
        (lambda rec: rec.add_items(101), "no table"),
        (lambda rec: rec.add_users(), "no user to add"),
        (lambda rec: rec.add_users(pl.DataFrame({"user": ["1"]})), "user '1' is in the graph"),
        (
            lambda rec: rec.add_users(events=pl.DataFrame({"user": ["1"], "item": ["2"]})),
            "user '1' is in the graph",
        ),
        (
            lambda rec: rec.add_users(events=pl.DataFrame({"user": ["n"], "item": ["999"]})),
            "item '999' is not in the graph.*add_items",
        ),
        (lambda rec: rec.add_items(pl.DataFrame({"item": [" 1 "]})), "item ' 1 ' is in the graph"),
        (lambda rec: rec.add_items(pl.DataFrame({"item": ["  "]})), "no item"),
        (lambda rec: rec.add_users(pl.DataFrame({"user": [" "]})), "no user to add"),
        (
            lambda rec: rec.add_users(
                events=pl.DataFrame({"user": ["z"], "item": ["1"], "weight": [-3.0]})
            ),
            "no user to add.*weight.*1 row set aside",
        ),
        (
            lambda rec: rec.add_users(
                events=pl.DataFrame({"user": ["z"], "item": pl.Series([None], dtype=pl.String)})
            ),
            "no user to add.*the item is empty",
        ),
    ],
)
def test_what_cannot_be_added_is_told(fitted: Recommender, call, problem: str) -> None:
    with pytest.raises(DataError, match=f"(?s){problem}"):
        call(fitted)
