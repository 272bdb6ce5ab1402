"""Data that nobody tunes a model for: it trains, recommends, explains, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.data import DatasetInfo, clean

SOME = [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2"), ("2", "3"), ("3", "3"), ("3", "1")]
SOME += [("4", "4"), ("4", "2")]
FACTS = [("1", "directed_by", "1"), ("2", "directed_by", "1"), ("3", "starring", "1")]
FACTS += [("4", "starring", "1"), ("3", "directed_by", "2"), ("1", "directed_by", "2")]
SQUARE = [(user, item) for user in "123" for item in "123"]

WORLDS = {
    "one user": ([("1", item) for item in "1234"], [("1", "5")], FACTS),
    "one pair": ([("1", "1")], [], []),
    "one item": ([("1", "1"), ("2", "1")], [], []),
    "one item with valid": ([("1", "1"), ("2", "1")], [("3", "1")], []),
    "no facts": (SOME, [("1", "3")], []),
    "no valid": (SOME, [], FACTS),
    "valid of strangers": (SOME, [("9", "1"), ("8", "2")], FACTS),
    "items without users": (SOME, [("1", "3")], [*FACTS, ("8", "directed_by", "1")]),
    "all alike": (SQUARE, [(user, "4") for user in "123"], FACTS),
    "everybody has everything": (SQUARE, [], []),
    "a relation with one edge": (SOME, [("1", "3")], [*FACTS, ("2", "edited_by", "7")]),
    "facts far from any item": (
        SOME,
        [("1", "3")],
        [*FACTS, ("8", "knows", "9", "entity", "entity")],
    ),
    "one relation": (SOME, [("1", "3")], [fact for fact in FACTS if fact[1] == "starring"]),
    "one item a user": ([(id, id) for id in "1234"], [], FACTS),
    "one item a user, with valid": ([(id, id) for id in "1234"], [("1", "2"), ("2", "1")], FACTS),
}


def check(rec: Recommender, folder: Path) -> None:
    top = rec.recommend(k=5, explain=True)
    assert np.isfinite(top.to_polars()["score"].to_numpy()).all()
    seen = rec._state.features.history.toarray() > 0
    features = rec._state.features
    for why in top.explanations:
        user = features.user_indices([why.user])[0]
        assert not seen[user, features.item_index(why.item)]
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, rel=1e-5, abs=1e-7)
        assert why.rest["latent"] == pytest.approx(0, abs=1e-5)
        for path in why.paths:
            assert len(rec.graph.cypher(path.cypher).rows) == 1
    rec.path_share(top)
    rec.save(folder)
    again = Recommender.load(folder).recommend(k=5, explain=True)
    assert again.to_polars().equals(top.to_polars())
    assert again.explanations == top.explanations


@pytest.mark.parametrize("name", WORLDS)
def test_odd_data_are_no_trouble(
    name: str,
    build: Callable[..., KnowledgeGraph],
    quick: Callable[..., Config],
    tmp_path: Path,
) -> None:
    rec = Recommender(quick(gnn__epochs=2)).fit(build(*WORLDS[name]))
    check(rec, tmp_path / "run")


def test_an_entity_without_edges_and_weights_that_are_all_alike(
    quick: Callable[..., Config], tmp_path: Path
) -> None:
    users, items = zip(*SOME, strict=True)
    tables = {
        "train": pl.DataFrame({"user": users, "item": items, "weight": [2.0] * len(SOME)}),
        "valid": pl.DataFrame({"user": ["1"], "item": ["3"], "weight": [2.0]}),
        "facts": pl.DataFrame(
            [*FACTS, ("2", "edited_by", "7")], schema=["head", "relation", "tail"], orient="row"
        ),
    }
    graph = KnowledgeGraph.build(clean(tables, DatasetInfo("made")))
    graph = graph.update(removed=[("item:2", "edited_by", "entity:7")])
    assert "entity:7" in set(graph.nodes["key"])
    check(Recommender(quick(gnn__epochs=2)).fit(graph), tmp_path / "run")


def test_a_hub_with_a_hundred_thousand_edges(quick: Callable[..., Config], tmp_path: Path) -> None:
    """Every item and 2,200 entities have 40 facts about one and the same node."""
    rng = np.random.default_rng(0)
    ids = [f"n{number}" for number in range(2_500)]
    events = {
        "user": np.repeat(np.arange(60), 6),
        "item": [ids[n] for n in rng.integers(0, 300, 360)],
    }
    relations = np.repeat([f"r{number}" for number in range(40)], len(ids))
    facts = {"head": ids * 40, "relation": relations, "tail": ["hub"] * len(relations)}
    tables = {"events": pl.DataFrame(events).cast(pl.String), "facts": pl.DataFrame(facts)}
    graph = KnowledgeGraph.build(clean(tables, DatasetInfo("made")))
    assert graph.cypher("MATCH ({id: 'hub'})--() RETURN count(*) AS n").rows == [[100_000]]
    rec = Recommender(quick(gnn__epochs=2)).fit(graph)
    (why,) = rec.recommend(users=["1"], k=1, explain=True).explanations
    whole = rec.explain("1", why.item, paths=None)
    total = sum(path.share for path in whole.paths) + sum(whole.rest.values())
    assert total == pytest.approx(whole.score, rel=1e-5)
    assert {path.nodes[2].id for path in whole.paths if not path.through_users} == {"hub"}


@pytest.mark.parametrize("name", ["one pair", "one item a user"])
def test_pretraining_takes_them_too(
    name: str, build: Callable[..., KnowledgeGraph], quick: Callable[..., Config], tmp_path: Path
) -> None:
    config = quick(gnn__epochs=1, kge__enabled=True, kge__epochs=1)
    check(Recommender(config).fit(build(*WORLDS[name])), tmp_path / "run")


def test_where_nobody_shares_anything_facts_lead_to_recommendations(
    build: Callable[..., KnowledgeGraph], quick: Callable[..., Config]
) -> None:
    train, valid, facts = WORLDS["one item a user"]
    rec = Recommender(quick(gnn__epochs=1)).fit(build(train, valid, facts))
    top = rec.recommend(users=["1"], k=1, explain=True)
    assert top.items == ["2"] or top.items == ["3"]
    assert top.explanations[0].paths[0].nodes[2].key.startswith("entity:")


def test_a_very_large_catalog_is_explained_as_well(
    build: Callable[..., KnowledgeGraph],
    quick: Callable[..., Config],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tiny_graph: KnowledgeGraph,
) -> None:
    from kgrec.gnn.linear import pairs

    monkeypatch.setattr(pairs, "MOST_ITEMS", 10)
    monkeypatch.setattr(pairs, "NEIGHBOURS", 4)
    monkeypatch.setattr(pairs, "MOST_DENSE", 10)
    monkeypatch.setattr("kgrec.sparse.MOST_DENSE", 10)
    rec = Recommender(quick(gnn__epochs=2)).fit(tiny_graph)
    assert rec._state.model.weights.nnz <= 2 * 4 * 40
    users = rec.recommend(users=["1", "2"], k=4, explain=True)
    for why in users.explanations:
        assert why.paths
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, rel=1e-5)
        assert why.rest["latent"] == pytest.approx(0, abs=1e-5 * max(1, abs(why.score)))
